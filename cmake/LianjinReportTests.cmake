# Every sentence that the sources write into a report has its Chinese.
if(TARGET report_test_page)
  add_test(NAME report/phrases COMMAND ${LIANJIN_NODE} ${CMAKE_SOURCE_DIR}/tests/report/phrases.mjs)
endif()

# The pages that report/test_page wrote, in a real browser; skipped where there is no Chromium.
if(TARGET report_test_page)
  set_tests_properties(report/test_page PROPERTIES FIXTURES_SETUP report_pages)
  add_test(NAME report/browser
    COMMAND ${LIANJIN_NODE} ${CMAKE_SOURCE_DIR}/tests/report/browser.mjs ${CMAKE_BINARY_DIR}/report-pages)
  set_tests_properties(report/browser PROPERTIES
    FIXTURES_REQUIRED report_pages SKIP_RETURN_CODE 77 TIMEOUT 600 LABELS browser)
endif()
