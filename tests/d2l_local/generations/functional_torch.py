# ruff: noqa: E402 (each cell has its own imports)
# %% Linear regression by hand (1 figure)
import random

import numpy as np
import pandas as pd
import torch
from IPython import display
from torch import nn

from d2l_local import torch as d2l

torch.manual_seed(0)
true_w, true_b = d2l.tensor([2, -3.4]), 4.2
features, labels = d2l.synthetic_data(true_w, true_b, 1000)
d2l.set_figsize()
d2l.plt.scatter(d2l.numpy(features[:, 1]), d2l.numpy(labels), 1)


# %% Batches of one's own, and a step by hand (0 figures)
def data_iter(batch_size, features, labels):
    indices = list(range(len(features)))
    random.shuffle(indices)
    for i in range(0, len(features), batch_size):
        batch = d2l.tensor(indices[i : i + batch_size])
        yield features[batch], labels[batch]


w = torch.normal(0, 0.01, size=(2, 1), requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for _ in range(3):
    for X, y in data_iter(10, features, labels):
        d2l.squared_loss(d2l.linreg(X, w, b), y).sum().backward()
        d2l.sgd([w, b], 0.03, 10)
with torch.no_grad():
    assert float(abs(true_w - d2l.reshape(w, true_w.shape)).max()) < 0.01
    assert abs(float(true_b - b)) < 0.01

# %% With layers and a loader (0 figures)
net = nn.Sequential(nn.Linear(2, 1))
loss, trainer = nn.MSELoss(), torch.optim.SGD(net.parameters(), lr=0.03)
batches = d2l.load_array((features, labels), 10)
X, y = next(iter(batches))
for _ in range(3):
    for X, y in batches:
        trainer.zero_grad()
        loss(net(X), y).backward()
        trainer.step()
assert abs(net[0].bias.data.item() - true_b) < 0.01

# %% Softmax regression: a net that is a function, and an updater that is one (1 figure)
train_iter, test_iter = d2l.load_data_fashion_mnist(32)
W = torch.normal(0, 0.01, size=(784, 10), requires_grad=True)
b = torch.zeros(10, requires_grad=True)


def net(X):
    scores = d2l.exp(d2l.matmul(d2l.reshape(X, (-1, W.shape[0])), W) + b)
    return scores / d2l.reduce_sum(scores, 1, keepdim=True)


def cross_entropy(y_hat, y):
    return -d2l.log(y_hat[range(len(y_hat)), y])


d2l.train_ch3(net, train_iter, test_iter, cross_entropy, 3, lambda size: d2l.sgd([W, b], 0.1, size))
assert d2l.evaluate_accuracy(net, test_iter) > 0.6

# %% Its predictions (1 figure)
d2l.predict_ch3(net, test_iter)


# %% An animator of one's own, which redraws the figure itself (1 figure)
class Curves:
    def __init__(self, legend):
        d2l.use_svg_display()
        self.fig, self.axes = d2l.plt.subplots(figsize=(3.5, 2.5))
        self.legend, self.points = legend, []

    def add(self, x, ys):
        self.points.append((x, *ys))
        self.axes.cla()
        for column in list(zip(*self.points, strict=True))[1:]:
            self.axes.plot([p[0] for p in self.points], column)
        d2l.set_axes(self.axes, "epoch", "", [1, 3], None, "linear", "linear", self.legend)
        display.display(self.fig)
        display.clear_output(wait=True)


def init_weights(m):
    if type(m) is nn.Linear:
        nn.init.normal_(m.weight, std=0.01)


net = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 10))
net.apply(init_weights)
loss = nn.CrossEntropyLoss(reduction="none")
updater = torch.optim.SGD(net.parameters(), lr=0.2)
animator = Curves(["loss", "accuracy"])
for epoch in range(3):
    animator.add(epoch + 1, d2l.train_epoch_ch3(net, train_iter, loss, updater))
assert d2l.evaluate_accuracy(net, test_iter) > 0.6


# %% Sums of losses that still have gradients (1 figure)
def evaluate_loss(net, data_iter, loss):
    metric = d2l.Accumulator(2)
    for X, y in data_iter:
        out = net(X)
        batch_loss = loss(out, d2l.reshape(y, out.shape))
        metric.add(d2l.reduce_sum(batch_loss), d2l.size(batch_loss))
    return metric[0] / metric[1]


x = np.random.default_rng(0).normal(size=(100, 1))
poly = d2l.tensor(np.power(x, np.arange(3)), dtype=d2l.float32)
labels = d2l.matmul(poly, d2l.tensor([[5.0], [1.2], [-3.4]]))
batches = d2l.load_array((poly, labels), 10)
net, loss = nn.Sequential(nn.Linear(3, 1, bias=False)), nn.MSELoss(reduction="none")
trainer = torch.optim.SGD(net.parameters(), lr=0.03)
animator = d2l.Animator("epoch", "loss", yscale="log", xlim=[1, 60], legend=["train", "test"])
for epoch in range(60):
    d2l.train_epoch_ch3(net, batches, loss, trainer)
    if epoch == 0 or (epoch + 1) % 10 == 0:
        losses = evaluate_loss(net, batches, loss), d2l.evaluate_loss(net, batches, loss)
        animator.add(epoch + 1, losses)
assert losses[0] < 0.05
assert abs(losses[0] - losses[1]) < 1e-5

# %% A convolutional network (1 figure)
net = nn.Sequential(nn.Conv2d(1, 6, 5, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(864, 10))
d2l.train_ch6(net, train_iter, test_iter, 3, 0.2, d2l.try_gpu())
assert d2l.evaluate_accuracy_gpu(net, test_iter) > 0.6


# %% The slope of a curve, drawn as the notebook wants it (1 figure)
def use_svg_display():
    display.set_matplotlib_formats("svg")


use_svg_display()
x = np.arange(0, 3, 0.1)
d2l.plt.plot(x, 3 * x**2 - 4 * x)

# %% Throws of a die (1 figure)
from torch.distributions import multinomial

counts = multinomial.Multinomial(10, torch.ones([6]) / 6).sample((500,))
cum_counts = counts.cumsum(dim=0)
estimates = cum_counts / cum_counts.sum(dim=1, keepdims=True)
for i in range(6):
    d2l.plt.plot(estimates[:, i].numpy(), label=f"P(die={i + 1})")
d2l.plt.legend()

# %% Prices of houses (0 figures)
rows = {"Id": [1, 2, 3, 4], "Area": [8.0, None, 6, 10], "Street": ["Pave", "Gravel", None, "Pave"]}
all_features = pd.DataFrame(rows).iloc[:, 1:]
numeric_features = all_features.dtypes[all_features.dtypes != "object"].index
all_features[numeric_features] = all_features[numeric_features].apply(
    lambda x: (x - x.mean()) / (x.std())
)
all_features[numeric_features] = all_features[numeric_features].fillna(0)
all_features = pd.get_dummies(all_features, dummy_na=True)
train_features = torch.tensor(all_features[:3].values, dtype=torch.float32)
assert train_features.tolist() == [[0, 0, 1, 0], [0, 1, 0, 0], [-1, 0, 0, 1]]

# %% Pictures of clothes by torchvision (1 figure)
import torchvision
from torch.utils import data
from torchvision import transforms

trans = [transforms.ToTensor()]
trans.insert(0, transforms.Resize(32))
trans = transforms.Compose(trans)
mnist_train = torchvision.datasets.FashionMNIST(
    root="../data", train=True, transform=trans, download=True
)
assert mnist_train[0][0].shape == (1, 32, 32)
X, y = next(iter(data.DataLoader(mnist_train, batch_size=18, shuffle=True, num_workers=1)))
d2l.show_images(X.reshape(18, 32, 32), 2, 9, titles=d2l.get_fashion_mnist_labels(y))
