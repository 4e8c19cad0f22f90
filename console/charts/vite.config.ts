import { createHash } from "node:crypto";
import type { Plugin } from "vite";
import { defineConfig } from "vite";

/*
 * One file: script and style go into the page, with a policy that lets nothing
 * else run and nothing be fetched.
 */
function inline(): Plugin {
  return {
    name: "lianjin-inline",
    enforce: "post",
    generateBundle(_options, bundle) {
      const page = bundle["report.html"];
      if (page?.type !== "asset") throw new Error("the page is missing");
      let script = "";
      let style = "";
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === "chunk") script += file.code;
        else if (name.endsWith(".css")) style += String(file.source);
        if (name !== "report.html") delete bundle[name];
      }
      // Neither may end its element.
      script = script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--").trim();
      style = style.replaceAll("</style", "<\\/style").trim();
      const hash = createHash("sha256").update(script).digest("base64");
      const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
      page.source = String(page.source)
        .replace(/<script type="module"[^>]*><\/script>\s*/, "")
        .replace(/<link rel="stylesheet"[^>]*>\s*/, "")
        .replace("<!--policy-->", () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
        .replace("<!--style-->", () => `<style>${style}</style>`)
        .replace("<!--script-->", () => `<script>${script}</script>`);
    },
  };
}

export default defineConfig({
  plugins: [inline()],
  build: {
    target: "es2022",
    emptyOutDir: false,
    assetsInlineLimit: 100000,
    cssCodeSplit: false,
    modulePreload: false,
    rollupOptions: { input: "report.html", output: { format: "iife" } },
  },
});
