/*
 * What is searched if nobody says. X(family, key, low, high, is_log, choices): choices are JSON texts with a bar between,
 * or NULL. Ranges are those in which the best options of public tables lay.
 */
#define LJ_SPACE_LIST(X)                                                               \
    X("boosted_trees", "learning_rate", 0.01, 0.1, 1, NULL)                            \
    X("boosted_trees", "grow_policy", 0, 0, 0, "\"symmetric\"|\"depth_wise\"")         \
    X("boosted_trees", "max_depth", 3, 8, 0, NULL)                                     \
    X("boosted_trees", "reg_lambda", 0.1, 100, 1, NULL)                                \
    X("boosted_trees", "min_child_weight", 0.1, 100, 1, NULL)                          \
    X("boosted_trees", "subsample", 0.5, 1, 0, NULL)                                   \
    X("boosted_trees", "colsample_bytree", 0.3, 1, 0, NULL)                            \
    X("random_forest", "max_depth", 6, 30, 0, NULL)                                    \
    X("random_forest", "min_child_weight", 1, 50, 1, NULL)                             \
    X("random_forest", "colsample_bynode", 0.1, 1, 0, NULL)                            \
    X("logistic", "l2", 0.01, 1000, 1, NULL)                                           \
    X("logistic", "l1", 0.001, 10, 1, NULL)                                            \
    X("scorecard", "l2", 0.01, 100, 1, NULL)                                           \
    X("scorecard", "min_iv", 0.001, 0.1, 1, NULL)                                      \
    X("dense", "layers", 0, 0, 0, "[64]|[256]|[64,64]|[256,128]|[512,256,128]")        \
    X("dense", "dropout", 0, 0.5, 0, NULL)                                             \
    X("dense", "train.rate", 0.0003, 0.01, 1, NULL)                                    \
    X("dense", "train.weight_decay", 0.0001, 0.3, 1, NULL)                             \
    X("resnet", "blocks", 1, 6, 0, NULL)                                               \
    X("resnet", "units", 32, 256, 1, NULL)                                             \
    X("resnet", "dropout", 0, 0.5, 0, NULL)                                            \
    X("resnet", "train.rate", 0.0003, 0.01, 1, NULL)                                   \
    X("resnet", "train.weight_decay", 0.0001, 0.3, 1, NULL)                            \
    X("tabm", "units", 64, 512, 1, NULL)                                               \
    X("tabm", "depth", 1, 4, 0, NULL)                                                  \
    X("tabm", "dropout", 0, 0.5, 0, NULL)                                              \
    X("tabm", "bins", 8, 64, 1, NULL)                                                  \
    X("tabm", "dimension", 8, 32, 1, NULL)                                             \
    X("tabm", "train.rate", 0.0005, 0.01, 1, NULL)                                     \
    X("tabm", "train.weight_decay", 0.0001, 0.3, 1, NULL)                              \
    X("text_linear", "l2", 0.001, 100, 1, NULL)                                        \
    X("text_cnn", "filters", 64, 512, 1, NULL)                                         \
    X("text_cnn", "dimension", 32, 256, 1, NULL)                                       \
    X("text_cnn", "dropout", 0, 0.6, 0, NULL)                                          \
    X("text_cnn", "train.rate", 0.0003, 0.01, 1, NULL)                                 \
    X("text_rnn", "units", 32, 256, 1, NULL)                                           \
    X("text_rnn", "dimension", 32, 256, 1, NULL)                                       \
    X("text_rnn", "dropout", 0, 0.6, 0, NULL)                                          \
    X("text_rnn", "train.rate", 0.0003, 0.01, 1, NULL)                                 \
    X("transformer", "layers", 1, 4, 0, NULL)                                          \
    X("transformer", "dropout", 0, 0.5, 0, NULL)                                       \
    X("transformer", "train.rate", 0.0001, 0.003, 1, NULL)                             \
    X("series_rnn", "units", 16, 256, 1, NULL)                                         \
    X("series_rnn", "layers", 1, 3, 0, NULL)                                           \
    X("series_rnn", "train.rate", 0.0003, 0.01, 1, NULL)                               \
    X("series_tcn", "channels", 16, 128, 1, NULL)                                      \
    X("series_tcn", "kernel", 2, 7, 0, NULL)                                           \
    X("series_tcn", "train.rate", 0.0003, 0.01, 1, NULL)                               \
    X("series_transformer", "layers", 1, 4, 0, NULL)                                   \
    X("series_transformer", "train.rate", 0.0001, 0.003, 1, NULL)                      \
    X("cnn", "dropout", 0, 0.6, 0, NULL)                                               \
    X("cnn", "train.rate", 0.0003, 0.01, 1, NULL)                                      \
    X("lenet", "dropout", 0, 0.6, 0, NULL)                                             \
    X("lenet", "train.rate", 0.0003, 0.01, 1, NULL)
