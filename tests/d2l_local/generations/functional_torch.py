# %% Linear regression by hand (1 figure)
import random

import numpy as np
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
