# ruff: noqa: E402, I001, UP031 (the library came first then, and so did this way to format)
# %% Estimates of probabilities (1 figure)
import d2l_local.mxnet as d2l
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

npx.set_np()
npx.random.seed(0)
counts = np.random.multinomial(10, [1.0 / 6] * 6, size=200).astype(np.float32)
cumulated = counts.cumsum(axis=0)
estimates = cumulated / cumulated.sum(axis=1, keepdims=True)
d2l.set_figsize((6, 4.5))
for i in range(6):
    d2l.plt.plot(estimates[:, i].asnumpy(), label="P(die=%d)" % (i + 1))
d2l.plt.axhline(y=0.167, color="black", linestyle="dashed")
d2l.plt.legend()
assert abs(float(estimates[-1].mean()) - 1 / 6) < 1e-4

# %% Gradients (1 figure)
x = np.arange(-8.0, 8.0, 0.1)
x.attach_grad()
with autograd.record():
    y = npx.sigmoid(x)
y.backward()
d2l.plot(x, [y, x.grad], "x", legend=["sigmoid", "gradient"], figsize=(4, 2.5))
assert abs(float(x.grad.max()) - 0.25) < 1e-3

# %% Softmax regression with metrics of one's own (0 figures)
train_iter, test_iter = d2l.load_data_fashion_mnist(32)
W, b = np.random.normal(0, 0.01, (784, 10)), np.zeros(10)
W.attach_grad()
b.attach_grad()


def net(X):
    scores = np.exp(np.dot(X.reshape(-1, 784), W) + b)
    return scores / scores.sum(axis=1, keepdims=True)


def cross_entropy(y_hat, y):
    return -np.log(y_hat[range(len(y_hat)), y])


def accuracy(y_hat, y):
    return float((y_hat.argmax(axis=1) == y.astype("float32")).sum())


def train_epoch(net, train_iter, loss, updater):
    metric = d2l.Accumulator(3)
    if isinstance(updater, gluon.Trainer):
        updater = updater.step
    for X, y in train_iter:
        with autograd.record():
            y_hat = net(X)
            batch_loss = loss(y_hat, y)
        batch_loss.backward()
        updater(X.shape[0])
        metric.add(float(batch_loss.sum()), accuracy(y_hat, y), y.size)
    return metric[0] / metric[2], metric[1] / metric[2]


for _ in range(3):
    metrics = train_epoch(net, train_iter, cross_entropy, lambda size: d2l.sgd([W, b], 0.1, size))
assert metrics[0] < 1
assert metrics[1] > 0.65

# %% A perceptron over parameters of the module (1 figure)
W1, b1 = np.random.normal(scale=0.01, size=(784, 64)), np.zeros(64)
W2, b2 = np.random.normal(scale=0.01, size=(64, 10)), np.zeros(10)
params = [W1, b1, W2, b2]
for param in params:
    param.attach_grad()


def net(X):
    H = np.maximum(np.dot(X.reshape(-1, 784), W1) + b1, 0)
    return np.dot(H, W2) + b2


num_epochs, lr = 3, 0.2
loss = gluon.loss.SoftmaxCrossEntropyLoss()
d2l.train_ch3(
    net,
    train_iter,
    test_iter,
    loss,
    num_epochs,
    lambda batch_size: d2l.sgd(params, lr, batch_size),
)
assert d2l.evaluate_accuracy(net, test_iter) > 0.6

# %% Its predictions (1 figure)
d2l.predict_ch3(net, test_iter)

# %% A network with layers, a custom one among them (1 figure)


class Dense(nn.Block):
    def __init__(self, units, in_units, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.params.get("weight", shape=(in_units, units))
        self.bias = self.params.get("bias", shape=(units,))

    def forward(self, x):
        return np.dot(x, self.weight.data(ctx=x.ctx)) + self.bias.data(ctx=x.ctx)


net = nn.Sequential()
net.add(nn.Dense(64, activation="relu"), nn.Dropout(0.1), Dense(10, in_units=64))
net.initialize(init.Normal(sigma=0.01))
trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.2})
d2l.train_ch3(net, train_iter, test_iter, loss, 3, trainer)
assert d2l.evaluate_accuracy(net, test_iter) > 0.6

# %% A convolutional network on a context (1 figure)
net = nn.Sequential()
net.add(nn.Conv2D(channels=6, kernel_size=5, strides=2, activation="relu"), nn.Dense(10))
d2l.train_ch5(net, train_iter, test_iter, 3, 0.1, ctx=d2l.try_gpu())
assert d2l.evaluate_accuracy(net, test_iter) > 0.6

# %% A table of text and numbers (0 figures)
import os
import pandas as pd

os.makedirs("data", exist_ok=True)
with open("data/rooms.csv", "w") as f:
    f.write("Rooms,Lift,Price\nNA,Old,127500\n2,NA,106000\n4,NA,178100\n")
data = pd.read_csv("data/rooms.csv")
inputs, outputs = data.iloc[:, 0:2], data.iloc[:, 2]
inputs = inputs.fillna(inputs.mean())
inputs = pd.get_dummies(inputs, dummy_na=True)
X, y = np.array(inputs.values), np.array(outputs.values)
assert X.tolist() == [[3, 1, 0], [2, 0, 1], [4, 0, 1]]
assert y.shape == (3,)

# %% Pictures of clothes by the name that Gluon gives them (1 figure)
mnist_train = gluon.data.vision.FashionMNIST(train=True)
image, label = mnist_train[0]
assert (image.shape, str(image.dtype), label.dtype) == ((28, 28, 1), "uint8", "int32")
d2l.plt.imshow(image.squeeze(axis=2).asnumpy())
transformer = gluon.data.vision.transforms.ToTensor()
batches = gluon.data.DataLoader(mnist_train.transform_first(transformer), 256, shuffle=True)
X, y = next(iter(batches))
assert X.shape[1:] == (1, 28, 28)
assert 0.9 < float(X.max()) <= 1
