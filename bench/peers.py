"""The peers' side of the benchmarks: python peers.py PEER CASE THREADS prints the seconds of one run.

Each peer does what its users do: PyTorch eager with a loop over shuffled batches, Keras' fit, pandas + scikit-learn +
PyTorch for the whole job. Data and imports are outside the time, except for the whole job, which reads its table.
"""
import os
import sys
import time

peer, case, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
    os.environ[name] = str(threads)
os.environ["TF_NUM_INTEROP_THREADS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
from trees import explain_trees, make_table, score_trees, trees

NETS = {  # inputs, hidden, rows, batch, epochs: as in bench.c
    "mlp-8-10-1": (8, [10], 1000, 32, 10),
    "mlp-100-64-64-1": (100, [64, 64], 10000, 32, 10),
    "mlp-512-1024-1024-512-1": (512, [1024, 1024, 512], 2560, 256, 2),
}


POOL = -1
IMAGES = {  # pixels a side, channels of convolutions and pooling: as in bench.c
    "conv-224-32-64-128": (224, [32, POOL, 64, POOL, 128, POOL]),
    "vgg-11-64": (64, [64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512, POOL]),
}


def data(inputs, rows):
    x = np.random.default_rng(1).uniform(-1, 1, (rows, inputs)).astype("float32")
    return x, (x[:, 0] + x[:, 1] > 0).astype("float32")


def torch_module():
    import torch

    torch.set_num_threads(threads)
    return torch


def torch_net(torch, inputs, hidden):
    layers = []
    for units in hidden:
        layers += [torch.nn.Linear(inputs, units), torch.nn.ReLU()]
        inputs = units
    return torch.nn.Sequential(*layers, torch.nn.Linear(inputs, 1))


def torch_fit(torch, net, x, y, batch, epochs):
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
    loss_of = torch.nn.BCEWithLogitsLoss()
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(batch):
            loss = loss_of(net(x[rows])[:, 0], y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


def torch_train():
    torch = torch_module()
    inputs, hidden, rows, batch, epochs = NETS[case]
    x, y = (torch.from_numpy(a) for a in data(inputs, rows))
    net = torch_net(torch, inputs, hidden)
    torch_fit(torch, net, x[:batch], y[:batch], batch, 2)
    begin = time.perf_counter()
    torch_fit(torch, net, x, y, batch, epochs)
    return time.perf_counter() - begin


def torch_images():
    """A step of convolutions, pooling and a dense layer; the peer "torch-last" has its channels last."""
    torch = torch_module()
    size, blocks = IMAGES[case]
    layers, channels, batch, steps = [], 3, 32, 3
    for block in blocks:
        if block == POOL:
            layers.append(torch.nn.MaxPool2d(2))
        else:
            layers += [torch.nn.Conv2d(channels, block, 3, padding=1), torch.nn.ReLU(inplace=True)]
            channels = block
    side = size // 2 ** blocks.count(POOL)
    net = torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Linear(channels * side * side, 1))
    x = torch.rand(batch, 3, size, size) * 2 - 1
    if peer == "torch-last":
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    optimiser = torch.optim.SGD(net.parameters(), lr=1e-4)
    for step in range(steps + 1):
        if step == 1:
            begin = time.perf_counter()
        loss = net(x).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return (time.perf_counter() - begin) / steps


def torch_dense(torch, sizes, activation):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(inputs, outputs), activation()]
    return torch.nn.Sequential(*layers[:-1])


def timed(step, steps):
    """Seconds of the steps after two that warm up."""
    for i in range(steps + 2):
        if i == 2:
            begin = time.perf_counter()
        step()
    return time.perf_counter() - begin


def torch_vae():
    torch = torch_module()
    x = torch.rand(10240, 784)
    encoder = torch_dense(torch, [784, 256, 128, 64, 64], torch.nn.ReLU)
    decoder = torch_dense(torch, [32, 64, 128, 256, 784], torch.nn.ReLU)
    optimiser = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-3)

    def step():
        row = x[torch.randint(len(x), (128,))]
        mean, log_variance = encoder(row).chunk(2, 1)
        z = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        nats = torch.nn.functional.binary_cross_entropy_with_logits(decoder(z), row, reduction="sum")
        loss = (nats + 0.5 * (log_variance.exp() + mean**2 - 1 - log_variance).sum()) / len(row)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return timed(step, 2 * len(x) // 128)


def torch_gan():
    torch = torch_module()
    x = torch.rand(6400, 1000)
    generator = torch.nn.Sequential(torch_dense(torch, [100, 256, 512, 1000], torch.nn.LeakyReLU), torch.nn.Sigmoid())
    critic = torch_dense(torch, [1000, 512, 256, 1], torch.nn.LeakyReLU)
    move_critic = torch.optim.Adam(critic.parameters(), lr=2e-4, betas=(0.5, 0.999))
    move_generator = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    softplus = torch.nn.functional.softplus

    def step():
        row = x[torch.randint(len(x), (64,))]
        with torch.no_grad():
            drawn = generator(torch.randn(len(row), 100))
        loss = (softplus(-critic(row)) + softplus(critic(drawn))).mean()
        move_critic.zero_grad()
        loss.backward()
        move_critic.step()
        for p in critic.parameters():
            p.requires_grad_(False)
        loss = softplus(-critic(generator(torch.randn(len(row), 100)))).mean()
        move_generator.zero_grad()
        loss.backward()
        move_generator.step()
        for p in critic.parameters():
            p.requires_grad_(True)

    return timed(step, 2 * len(x) // 64)


def torch_encoder():
    """One step of 4 encoder layers of width 128 over 32 sequences of 64 positions, with Adam."""
    torch = torch_module()
    layers = [torch.nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True) for _ in range(4)]
    net, head = torch.nn.Sequential(*layers), torch.nn.Linear(128, 1)
    optimiser = torch.optim.Adam([*net.parameters(), *head.parameters()], lr=1e-3)
    loss_of = torch.nn.BCEWithLogitsLoss()
    x, y = torch.rand(32, 64, 128) * 2 - 1, torch.zeros(32, 1)
    for step in range(12):
        if step == 2:
            begin = time.perf_counter()
        loss = loss_of(head(net(x).mean(1)), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return (time.perf_counter() - begin) / 10


def torch_gpt():
    """A step of a language model of 4 layers of 128 on 16 pieces of 64 bytes: fused attention, AdamW."""
    torch = torch_module()
    F = torch.nn.functional

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.norms = torch.nn.ModuleList([torch.nn.LayerNorm(128), torch.nn.LayerNorm(128)])
            self.qkv, self.out = torch.nn.Linear(128, 384), torch.nn.Linear(128, 128)
            self.up, self.down = torch.nn.Linear(128, 512), torch.nn.Linear(512, 128)

        def forward(self, x):
            b, t, _ = x.shape
            q, k, v = (part.view(b, t, 4, 32).transpose(1, 2) for part in self.qkv(self.norms[0](x)).split(128, 2))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.out(y.transpose(1, 2).reshape(b, t, 128))
            return x + self.down(F.gelu(self.up(self.norms[1](x))))

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.token, self.place = torch.nn.Embedding(257, 128), torch.nn.Embedding(64, 128)
            self.blocks = torch.nn.Sequential(*[Block() for _ in range(4)])
            self.norm, self.head = torch.nn.LayerNorm(128), torch.nn.Linear(128, 257)

        def forward(self, x):
            return self.head(self.norm(self.blocks(self.token(x) + self.place.weight)))

    net = Net()
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.002)
    text = torch.from_numpy(np.fromfile(os.environ["BENCH_TEXT"], dtype=np.uint8)).long() + 1
    for step in range(105):
        if step == 5:
            begin = time.perf_counter()
        at = torch.randint(len(text) - 65, (16,))
        pieces = torch.stack([text[i : i + 65] for i in at])
        loss = F.cross_entropy(net(pieces[:, :-1]).view(-1, 257), pieces[:, 1:].reshape(-1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return (time.perf_counter() - begin) / 100


def keras_train():
    import keras

    inputs, hidden, rows, batch, epochs = NETS[case]
    x, y = data(inputs, rows)
    net = keras.Sequential([keras.Input((inputs,))] + [keras.layers.Dense(u, activation="relu") for u in hidden]
                           + [keras.layers.Dense(1, activation="sigmoid")])
    net.compile("adam", "binary_crossentropy")
    net.fit(x[:batch], y[:batch], batch_size=batch, epochs=1, verbose=0)
    begin = time.perf_counter()
    net.fit(x, y, batch_size=batch, epochs=epochs, verbose=0)
    return time.perf_counter() - begin


def keras_fit(net, x, batch, epochs):
    """Seconds of fit after a batch that compiles."""
    net.fit(x[:batch], x[:batch, :1], batch_size=batch, epochs=1, verbose=0)
    begin = time.perf_counter()
    net.fit(x, x[:, :1], batch_size=batch, epochs=epochs, verbose=0)
    return time.perf_counter() - begin


def keras_images():
    import keras

    size, blocks = IMAGES[case]
    layers = [keras.Input((size, size, 3))]
    for block in blocks:
        layers.append(keras.layers.MaxPooling2D() if block == POOL
                      else keras.layers.Conv2D(block, 3, padding="same", activation="relu"))
    net = keras.Sequential([*layers, keras.layers.Flatten(), keras.layers.Dense(1)])
    net.compile(keras.optimizers.SGD(1e-4), "mse")
    x, y = np.random.default_rng(1).uniform(-1, 1, (96, size, size, 3)).astype("f4"), np.zeros((96, 1), "f4")
    net.fit(x[:32], y[:32], batch_size=32, epochs=1, verbose=0)
    begin = time.perf_counter()
    net.fit(x, y, batch_size=32, epochs=1, verbose=0)
    return (time.perf_counter() - begin) / 3


def keras_dense(sizes, activation, last=None):
    import keras

    return keras.Sequential([keras.Input((sizes[0],))] + [keras.layers.Dense(u, activation) for u in sizes[1:-1]]
                            + [keras.layers.Dense(sizes[-1], last)])


def keras_vae():
    import keras
    import tensorflow as tf

    class Vae(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder = keras_dense([784, 256, 128, 64, 64], "relu")
            self.decoder = keras_dense([32, 64, 128, 256, 784], "relu")

        def train_step(self, data):
            row = data[0]
            with tf.GradientTape() as tape:
                mean, log_variance = tf.split(self.encoder(row, training=True), 2, 1)
                z = mean + tf.exp(log_variance / 2) * tf.random.normal(tf.shape(mean))
                nats = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(row, self.decoder(z, training=True)), 1)
                loss = tf.reduce_mean(nats + 0.5 * tf.reduce_sum(tf.exp(log_variance) + mean**2 - 1 - log_variance, 1))
            weights = self.encoder.trainable_variables + self.decoder.trainable_variables
            self.optimizer.apply(tape.gradient(loss, weights), weights)
            return {"loss": loss}

    net = Vae()
    net.compile(keras.optimizers.Adam(1e-3))
    return keras_fit(net, np.random.default_rng(1).random((10240, 784), "f4"), 128, 2)


def keras_gan():
    import keras
    import tensorflow as tf

    class Gan(keras.Model):
        def __init__(self):
            super().__init__()
            self.generator = keras_dense([100, 256, 512, 1000], "leaky_relu", "sigmoid")
            self.critic = keras_dense([1000, 512, 256, 1], "leaky_relu")
            self.move_generator = keras.optimizers.Adam(2e-4, 0.5)

        def train_step(self, data):
            row = data[0]
            noise = tf.random.normal((2, tf.shape(row)[0], 100))
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.nn.softplus(-self.critic(row)) + tf.nn.softplus(
                    self.critic(tf.stop_gradient(self.generator(noise[0])))))
            weights = self.critic.trainable_variables
            self.optimizer.apply(tape.gradient(loss, weights), weights)
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.nn.softplus(-self.critic(self.generator(noise[1]))))
            weights = self.generator.trainable_variables
            self.move_generator.apply(tape.gradient(loss, weights), weights)
            return {"loss": loss}

    net = Gan()
    net.compile(keras.optimizers.Adam(2e-4, 0.5))
    return keras_fit(net, np.random.default_rng(1).random((6400, 1000), "f4"), 64, 2)


WORDS = (100, 10000, 16, 32, 2048, 32, 2)  # steps, vocabulary, embedding, lstm, rows, batch, epochs


def words():
    steps, vocabulary, _, _, rows, _, _ = WORDS
    random = np.random.default_rng(1)
    return random.integers(0, vocabulary, (rows, steps)), random.integers(0, 2, rows).astype("float32")


def torch_words():
    torch = torch_module()
    _, vocabulary, dimension, units, _, batch, epochs = WORDS

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding(vocabulary, dimension)
            self.lstm = torch.nn.LSTM(dimension, units, batch_first=True)
            self.dense = torch.nn.Linear(units, 1)

        def forward(self, x):
            return self.dense(self.lstm(self.embedding(x))[0][:, -1])

    x, y = (torch.from_numpy(a) for a in words())
    net = Net()
    torch_fit(torch, net, x[:batch], y[:batch], batch, 2)
    begin = time.perf_counter()
    torch_fit(torch, net, x, y, batch, epochs)
    return time.perf_counter() - begin


def keras_words():
    import keras

    steps, vocabulary, dimension, units, _, batch, epochs = WORDS
    x, y = words()
    net = keras.Sequential([keras.Input((steps,)), keras.layers.Embedding(vocabulary, dimension),
                            keras.layers.LSTM(units), keras.layers.Dense(1, activation="sigmoid")])
    net.compile("adam", "binary_crossentropy")
    net.fit(x[: 2 * batch], y[: 2 * batch], batch_size=batch, epochs=1, verbose=0)
    begin = time.perf_counter()
    net.fit(x, y, batch_size=batch, epochs=epochs, verbose=0)
    return time.perf_counter() - begin


def torch_lstm():
    """Forward and backward of two layers of 128 over 64 steps of 32 rows."""
    torch = torch_module()
    net, x = torch.nn.LSTM(128, 128, 2, batch_first=True), torch.rand(32, 64, 128)
    for i in range(22):
        if i == 2:
            begin = time.perf_counter()
        net.zero_grad()
        net(x)[0].square().mean().backward()
    return (time.perf_counter() - begin) / 20


def torch_gemm():
    torch = torch_module()
    n = int(case.split("-")[1])
    a, b, c = torch.rand(n, n) - 0.5, torch.rand(n, n) - 0.5, torch.empty(n, n)
    repeats = 40 if n <= 512 else 2
    torch.mm(a, b, out=c)
    begin = time.perf_counter()
    for _ in range(repeats):
        torch.mm(a, b, out=c)
    return (time.perf_counter() - begin) / repeats


def onednn_gemm():
    """oneDNN through the product of PyTorch's mkldnn tensors' own backend: a linear layer without bias."""
    torch = torch_module()
    n = int(case.split("-")[1])
    a, b = (torch.rand(n, n) - 0.5).to_mkldnn(), (torch.rand(n, n) - 0.5).to_mkldnn()
    repeats = 40 if n <= 512 else 2
    with torch.no_grad():
        torch.ops.aten.mkldnn_linear(a, b)
        begin = time.perf_counter()
        for _ in range(repeats):
            torch.ops.aten.mkldnn_linear(a, b)
        return (time.perf_counter() - begin) / repeats


def torch_score():
    torch = torch_module()
    net = torch_net(torch, 23, [64, 64]).eval()
    x = torch.rand(512, 23)
    with torch.inference_mode():
        for i in range(100):
            net(x[i : i + 1])
        begin = time.perf_counter()
        for i in range(2000):
            torch.sigmoid(net(x[i % 512 : i % 512 + 1]))
        return (time.perf_counter() - begin) / 2000


def whole_job():
    """Give Me Some Credit: read, prepare, train 256-256, score; the epochs that our run took come by the environment."""
    torch = torch_module()
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import QuantileTransformer

    epochs, batch = int(os.environ["BENCH_EPOCHS"]), int(os.environ["BENCH_BATCH"])
    begin = time.perf_counter()
    table = pd.read_csv(os.environ["BENCH_TABLE"])
    y = table.pop("SeriousDlqin2yrs").to_numpy("float32")
    part = table.pop("part").to_numpy()
    table = table.drop(columns=table.columns[0])
    train, valid = part == "train", part == "valid"
    prepare = ColumnTransformer([("numbers", make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True),
        QuantileTransformer(output_distribution="normal", random_state=7)), list(table.columns))])
    fitted = torch.from_numpy(prepare.fit_transform(table[train]).astype("float32"))
    held = torch.from_numpy(prepare.transform(table[valid]).astype("float32"))
    everything = torch.from_numpy(prepare.transform(table).astype("float32"))
    net = torch_net(torch, fitted.shape[1], [256, 256])
    target = torch.from_numpy(y[train])
    for _ in range(epochs):
        torch_fit(torch, net, fitted, target, batch, 1)
        with torch.no_grad():
            roc_auc_score(y[valid], net(held)[:, 0].numpy())
    with torch.no_grad():
        torch.sigmoid(net(everything))
    return time.perf_counter() - begin


def text_job():
    """Banking77: read, TF-IDF of words and characters, five strengths of LinearSVC judged on valid, fit on all, score."""
    import gzip
    import hashlib
    import pandas as pd
    from joblib import Parallel, delayed
    from scipy.sparse import hstack, vstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    begin = time.perf_counter()
    folder = os.path.join(os.environ["BENCH_DATA"], "banking77")
    table, test = (pd.read_csv(gzip.open(os.path.join(folder, name + ".csv.gz"))) for name in ("train", "test"))
    fold = [int(hashlib.sha256(b"lianjin-split:%d" % i).hexdigest()[:8], 16) % 5 for i in range(len(table))]
    valid = np.array(fold) == 0
    label = table.category.to_numpy()
    makers = [TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b", sublinear_tf=True, min_df=2),
              TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, min_df=2)]
    train = hstack([m.fit_transform(table.text[~valid]) for m in makers]).tocsr()
    held = hstack([m.transform(table.text[valid]) for m in makers]).tocsr()
    last = hstack([m.transform(test.text) for m in makers]).tocsr()

    def judge(strength):
        return (LinearSVC(C=strength).fit(train, label[~valid]).predict(held) == label[valid]).mean(), strength

    _, best = max(Parallel(n_jobs=threads)(delayed(judge)(c) for c in (0.1, 1 / 3, 1.0, 10 / 3, 10.0)))
    both = np.concatenate([label[~valid], label[valid]])
    LinearSVC(C=best).fit(vstack([train, held]), both).predict(last)
    return time.perf_counter() - begin


def optbinning_bins():
    """Bins of every column with the constraints of bench/bins.c; the trend is the library's own choice, as it is ours."""
    import warnings
    import pandas as pd
    from optbinning import BinningProcess

    warnings.filterwarnings("ignore")
    table = pd.read_csv(os.environ["BENCH_TEXT"])
    y = table.pop("y").to_numpy()
    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    table[texts] = table[texts].astype(object)
    process = BinningProcess(list(table), categorical_variables=texts, max_n_prebins=20, min_prebin_size=0.05,
                             max_n_bins=8, min_bin_size=0.05, n_jobs=threads)
    begin = time.perf_counter()
    process.fit(table, y)
    return time.perf_counter() - begin


def jieba_segment():
    import logging
    import jieba

    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    lines = open(os.environ["BENCH_TEXT"], encoding="utf-8").read().split("\n")
    begin = time.perf_counter()
    for line in lines:
        jieba.lcut(line)
    return time.perf_counter() - begin


def tokenizers_bpe():
    """8000 tokens fitted on the lines of a text, and applied to them, in as many threads as it likes to take."""
    os.environ.update(TOKENIZERS_PARALLELISM="true" if threads > 1 else "false", RAYON_NUM_THREADS=str(threads))
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    lines = open(os.environ["BENCH_TEXT"], encoding="utf-8", newline="").read().splitlines(keepends=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    begin = time.perf_counter()
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(
        vocab_size=8000, min_frequency=2, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    middle = time.perf_counter()
    tokenizer.encode_batch(lines)
    return middle - begin if "-fit-" in case else time.perf_counter() - middle


def gensim_words():
    """Word2Vec with its defaults on sentences of 10,000 words that are in memory: vocabulary and training."""
    from gensim.models import Word2Vec

    words = open(os.environ["BENCH_TEXT"], encoding="utf-8").read().split()
    sentences = [words[i : i + 10000] for i in range(0, len(words), 10000)]
    begin = time.perf_counter()
    Word2Vec(sentences=sentences, sg=int("skip-gram" in case), workers=threads, seed=1)
    return time.perf_counter() - begin


RUNS = {"table": {"trees": make_table, "score": make_table, "explain": make_table},
        "lightgbm": {"trees": trees, "score": score_trees, "explain": explain_trees},
        "lightgbm-quantised": {"trees": trees}, "xgboost": {"trees": trees, "score": score_trees, "explain": explain_trees},
        "catboost": {"trees": trees, "score": score_trees},
        "torch-last": {"conv": torch_images, "vgg": torch_images},
        "torch": {"conv": torch_images, "vgg": torch_images, "mlp": torch_train, "gemm": torch_gemm,
                  "score": torch_score, "embedding": torch_words, "lstm": torch_lstm,
                  "transformer": torch_encoder, "gpt": torch_gpt, "vae": torch_vae, "gan": torch_gan},
        "keras": {"mlp": keras_train, "embedding": keras_words, "conv": keras_images, "vgg": keras_images,
                  "vae": keras_vae, "gan": keras_gan}, "onednn": {"gemm": onednn_gemm},
        "optbinning": {"bins": optbinning_bins},
        "sklearn": {"job": whole_job, "text": text_job},
        "gensim": {"words": gensim_words}, "jieba": {"segment": jieba_segment}, "tokenizers": {"bpe": tokenizers_bpe}}
print(RUNS[peer][case.split("-")[0]]())
