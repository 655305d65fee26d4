# ruff: noqa: E402 (each cell has its own imports)
# %% Linear regression by hand (1 figure)
import random

import numpy as np
import tensorflow as tf

from d2l_local import tensorflow as d2l

tf.random.set_seed(0)
true_w, true_b = tf.constant([2, -3.4]), 4.2
features, labels = d2l.synthetic_data(true_w, true_b, 1000)
d2l.set_figsize()
d2l.plt.scatter(d2l.numpy(features[:, 1]), d2l.numpy(labels), 1)


# %% Batches of one's own, and a step by hand (0 figures)
def data_iter(batch_size, features, labels):
    indices = list(range(len(features)))
    random.shuffle(indices)
    for i in range(0, len(features), batch_size):
        batch = tf.constant(indices[i : i + batch_size])
        yield tf.gather(features, batch), tf.gather(labels, batch)


w = tf.Variable(tf.random.normal(shape=(2, 1), mean=0, stddev=0.01), trainable=True)
b = tf.Variable(tf.zeros(1), trainable=True)
for _ in range(3):
    for X, y in data_iter(20, features, labels):
        with tf.GradientTape() as tape:
            batch_loss = d2l.squared_loss(d2l.linreg(X, w, b), y)
        dw, db = tape.gradient(batch_loss, [w, b])
        d2l.sgd([w, b], [dw, db], 0.1, 20)
assert float(tf.reduce_max(abs(true_w - d2l.reshape(w, true_w.shape)))) < 0.01

# %% With layers, a loader, and a learning rate that is an integer (0 figures)
net = tf.keras.Sequential([tf.keras.layers.Dense(1)])
loss, trainer = tf.keras.losses.MeanSquaredError(), tf.keras.optimizers.Adam(1)
batches = d2l.load_array((features, labels), 100)
X, y = next(iter(batches))
for _ in range(10):
    for X, y in batches:
        with tf.GradientTape() as tape:
            batch_loss = loss(net(X, training=True), y)
        grads = tape.gradient(batch_loss, net.trainable_variables)
        trainer.apply_gradients(zip(grads, net.trainable_variables, strict=True))
assert abs(net.get_weights()[1].item() - true_b) < 0.3

# %% Softmax regression: a net that is a function, and an `Updater` (1 figure)
train_iter, test_iter = d2l.load_data_fashion_mnist(32)
W = tf.Variable(tf.random.normal(shape=(784, 10), mean=0, stddev=0.01))
b = tf.Variable(tf.zeros(10))


def net(X):
    scores = d2l.exp(d2l.matmul(d2l.reshape(X, (-1, W.shape[0])), W) + b)
    return scores / d2l.reduce_sum(scores, 1, keepdims=True)


def cross_entropy(y_hat, y):
    return -tf.math.log(tf.boolean_mask(y_hat, tf.one_hot(y, depth=y_hat.shape[-1])))


d2l.train_ch3(net, train_iter, test_iter, cross_entropy, 3, d2l.Updater([W, b], lr=0.1))
assert d2l.evaluate_accuracy(net, test_iter) > 0.6

# %% Its predictions (1 figure)
d2l.predict_ch3(net, test_iter)

# %% Layers of Keras that were told another shape (1 figure)
net = tf.keras.models.Sequential()
net.add(tf.keras.layers.Input((28, 28)))
net.add(tf.keras.layers.Flatten())
net.add(tf.keras.layers.Dense(64, activation="relu"))
net.add(tf.keras.layers.Dropout(0.1))
net.add(tf.keras.layers.Dense(10))
loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
d2l.train_ch3(net, train_iter, test_iter, loss, 3, tf.keras.optimizers.SGD(learning_rate=0.2))
assert d2l.evaluate_accuracy(net, test_iter) > 0.6


# %% Sums of losses by hand, epoch by epoch (1 figure)
def evaluate_loss(net, data_iter, loss):
    metric = d2l.Accumulator(2)
    for X, y in data_iter:
        batch_loss = loss(net(X), y)
        metric.add(d2l.reduce_sum(batch_loss), d2l.size(batch_loss))
    return metric[0] / metric[1]


x = np.random.default_rng(0).normal(size=(100, 1))
poly = d2l.tensor(np.power(x, np.arange(3)), dtype=d2l.float32)
labels = d2l.matmul(poly, tf.constant([[5.0], [1.2], [-3.4]]))
batches = d2l.load_array((poly, labels), 10)
net = tf.keras.Sequential([tf.keras.layers.Dense(1, use_bias=False)])
loss, trainer = tf.keras.losses.MeanSquaredError(), tf.keras.optimizers.SGD(learning_rate=0.05)
animator = d2l.Animator("epoch", "loss", yscale="log", xlim=[1, 12], legend=["train", "test"])
for epoch in range(12):
    d2l.train_epoch_ch3(net, batches, loss, trainer)
    if epoch == 0 or (epoch + 1) % 6 == 0:
        losses = evaluate_loss(net, batches, loss), d2l.evaluate_loss(net, batches, loss)
        animator.add(epoch + 1, losses)
assert losses[0] < 1
assert abs(losses[0] - losses[1]) < 1e-5

# %% Weight decay by the losses of a layer (0 figures)
net = tf.keras.models.Sequential()
net.add(tf.keras.layers.Dense(1, kernel_regularizer=tf.keras.regularizers.l2(3.0)))
net.build(input_shape=(1, 3))
w, b = net.trainable_variables
trainer = tf.keras.optimizers.SGD(learning_rate=0.05)
before = tf.norm(net.get_weights()[0]).numpy()
for X, y in d2l.load_array((poly, labels * 0), 10):
    with tf.GradientTape() as tape:
        batch_loss = loss(net(X), y) + net.losses
    grads = tape.gradient(batch_loss, net.trainable_variables)
    trainer.apply_gradients(zip(grads, net.trainable_variables, strict=True))
assert tf.norm(net.get_weights()[0]).numpy() < before


# %% Keras trains, and a callback of the notebook draws (1 figure)
class Callback(tf.keras.callbacks.Callback):
    def __init__(self, net, test_iter):
        self.net, self.test_iter = net, test_iter
        self.animator = d2l.Animator(xlabel="epoch", legend=["train loss", "test acc"])

    def on_epoch_end(self, epoch, logs):
        test = self.net.evaluate(self.test_iter, verbose=0, return_dict=True)
        self.animator.add(epoch + 1, (logs["loss"], test["accuracy"]))


def convolutional():
    layers = tf.keras.layers
    return tf.keras.models.Sequential(
        [layers.Conv2D(6, 5, strides=2, activation="relu"), layers.Flatten(), layers.Dense(10)]
    )


with tf.distribute.OneDeviceStrategy(d2l.try_gpu()._device_name).scope():
    net = convolutional()
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(tf.keras.optimizers.SGD(0.1), loss, metrics=["accuracy"])
callback = Callback(net, test_iter)
net.fit(train_iter, epochs=1, verbose=0, callbacks=[callback], shuffle=False)
assert callback.animator.Y[1][-1] > 0.4

# %% The same by the library (1 figure)
net = d2l.train_ch6(convolutional, train_iter, test_iter, 2, 0.2, d2l.try_gpu())
assert d2l.evaluate_accuracy(net, test_iter) > 0.6

# %% The slope of a curve, drawn as the notebook wants it (1 figure)
from IPython import display


def use_svg_display():
    display.set_matplotlib_formats("svg")


use_svg_display()
x = np.arange(0, 3, 0.1)
d2l.plt.plot(x, 3 * x**2 - 4 * x)

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
train_features = tf.constant(all_features[:3].values, dtype=tf.float32)
assert train_features.numpy().tolist() == [[0, 0, 1, 0], [0, 1, 0, 0], [-1, 0, 0, 1]]

# %% Pictures of clothes by the name that Keras gives them (0 figures)
mnist_train, mnist_test = tf.keras.datasets.fashion_mnist.load_data()
assert mnist_train[0].shape[1:] == mnist_test[0].shape[1:] == (28, 28)
assert mnist_train[0][0].dtype == "uint8"


def process(X, y):
    return tf.expand_dims(X, axis=3) / 255, tf.cast(y, dtype="int32")


dataset = tf.data.Dataset.from_tensor_slices(process(*mnist_test)).batch(256)
X, y = next(iter(dataset.map(lambda X, y: (tf.image.resize_with_pad(X, 32, 32), y))))
assert X.shape == (256, 32, 32, 1)
