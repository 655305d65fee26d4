# ruff: noqa: E402, I001 (each cell has its own imports; the library comes first)
# %% Linear regression by hand; the library comes before MXNet (1 figure)
from d2l_local import mxnet as d2l
import random
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

npx.set_np()
npx.random.seed(0)
true_w, true_b = np.array([2, -3.4]), 4.2
features, labels = d2l.synthetic_data(true_w, true_b, 1000)
d2l.set_figsize()
d2l.plt.scatter(d2l.numpy(features[:, 1]), d2l.numpy(labels), 1)


# %% Batches of one's own, and a step by hand (0 figures)
def data_iter(batch_size, features, labels):
    indices = list(range(len(features)))
    random.shuffle(indices)
    for i in range(0, len(features), batch_size):
        batch = np.array(indices[i : i + batch_size])
        yield features[batch], labels[batch]


w, b = np.random.normal(0, 0.01, (2, 1)), np.zeros(1)
w.attach_grad()
b.attach_grad()
for _ in range(3):
    for X, y in data_iter(10, features, labels):
        with autograd.record():
            batch_loss = d2l.squared_loss(d2l.linreg(X, w, b), y)
        batch_loss.backward()
        d2l.sgd([w, b], 0.03, 10)
assert float(np.abs(true_w - d2l.reshape(w, true_w.shape)).max()) < 0.01

# %% With layers, and loaders of both (0 figures)
theirs = gluon.data.DataLoader(gluon.data.ArrayDataset(features, labels), 10, shuffle=True)
for batches in (theirs, d2l.load_array((features, labels), 10)):
    net = nn.Sequential()
    net.add(nn.Dense(1))
    net.initialize(init.Normal(sigma=0.01))
    loss = gluon.loss.L2Loss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.03})
    for _ in range(3):
        for X, y in batches:
            with autograd.record():
                batch_loss = loss(net(X), y)
            batch_loss.backward()
            trainer.step(10)
    assert f"{loss(net(features), labels).mean().asnumpy():.2f}" == "0.00"

# %% Softmax regression: a net that is a function, and an updater that is one (1 figure)
train_iter, test_iter = d2l.load_data_fashion_mnist(32)
W, b = np.random.normal(0, 0.01, (784, 10)), np.zeros(10)
W.attach_grad()
b.attach_grad()


def net(X):
    scores = d2l.exp(d2l.matmul(d2l.reshape(X, (-1, W.shape[0])), W) + b)
    return scores / d2l.reduce_sum(scores, 1, keepdims=True)


def cross_entropy(y_hat, y):
    return -d2l.log(y_hat[range(len(y_hat)), y])


def updater(batch_size):
    return d2l.sgd([W, b], 0.1, batch_size)


d2l.train_ch3(net, train_iter, test_iter, cross_entropy, 3, updater)
assert d2l.evaluate_accuracy(net, test_iter) > 0.6

# %% Its predictions (1 figure)
d2l.predict_ch3(net, test_iter)

# %% Layers with dropout (1 figure)
net = nn.Sequential()
net.add(nn.Dense(64, activation="relu"), nn.Dropout(0.1), nn.Dense(10))
net.initialize(init.Normal(sigma=0.01))
loss = gluon.loss.SoftmaxCrossEntropyLoss()
trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.2})
d2l.train_ch3(net, train_iter, test_iter, loss, 3, trainer)
assert d2l.evaluate_accuracy(net, test_iter) > 0.6

# %% Weight decay for the weights alone, epoch by epoch (2 figures)
poly = np.power(np.random.normal(size=(100, 1)), np.arange(3).reshape(1, -1))
labels = d2l.matmul(poly, np.array([[5.0], [1.2], [-3.4]]))
batches = d2l.load_array((poly, labels), 10)
norms = []
for wd in (0, 1):
    net, loss = nn.Sequential(), gluon.loss.L2Loss()
    net.add(nn.Dense(1))
    net.initialize()
    options = {"learning_rate": 0.05, "wd": wd}
    trainer = gluon.Trainer(net.collect_params(), "sgd", options)
    net.collect_params(".*bias").setattr("wd_mult", 0)
    animator = d2l.Animator("epoch", "loss", yscale="log", xlim=[1, 20], legend=["train"])
    for epoch in range(20):
        d2l.train_epoch_ch3(net, batches, loss, trainer)
        if epoch == 0 or (epoch + 1) % 10 == 0:
            animator.add(epoch + 1, d2l.evaluate_loss(net, batches, loss))
    norms.append(float(np.linalg.norm(net[0].weight.data())))
assert norms[1] < norms[0]

# %% A convolutional network (1 figure)
net = nn.Sequential()
net.add(nn.Conv2D(6, kernel_size=5, strides=2, activation="relu"), nn.Dense(10))
d2l.train_ch6(net, train_iter, test_iter, 3, 0.1, d2l.try_gpu())
assert d2l.evaluate_accuracy_gpu(net, test_iter) > 0.6

# %% The slope of a curve, drawn as the notebook wants it (1 figure)
from IPython import display


def use_svg_display():
    display.set_matplotlib_formats("svg")


use_svg_display()
x = np.arange(0, 3, 0.1)
d2l.plt.plot(d2l.numpy(x), d2l.numpy(3 * x**2 - 4 * x))

# %% Prices of houses (0 figures)
import pandas as pd

rows = {"Id": [1, 2, 3, 4], "Area": [8.0, None, 6, 10], "Street": ["Pave", "Gravel", None, "Pave"]}
all_features = pd.DataFrame(rows).iloc[:, 1:]
numeric_features = all_features.dtypes[all_features.dtypes != "object"].index
all_features[numeric_features] = all_features[numeric_features].apply(
    lambda x: (x - x.mean()) / (x.std())
)
all_features[numeric_features] = all_features[numeric_features].fillna(0)
all_features = pd.get_dummies(all_features, dummy_na=True)
train_features = np.array(all_features[:3].values, dtype=np.float32)
assert train_features.tolist() == [[0, 0, 1, 0], [0, 1, 0, 0], [-1, 0, 0, 1]]
