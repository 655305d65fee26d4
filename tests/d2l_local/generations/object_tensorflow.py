# ruff: noqa: E402, F811 (each cell defines members of another class, or has its own imports)
# %% Linear regression by hand, cell by cell (0 figures)
import tensorflow as tf

from d2l_local import tensorflow as d2l


class Line(d2l.Module):
    def __init__(self, num_inputs, lr, sigma=0.01):
        super().__init__()
        self.save_hyperparameters()
        self.w = tf.Variable(tf.random.normal((num_inputs, 1)) * sigma, trainable=True)
        self.b = tf.Variable(tf.zeros(1), trainable=True)


@d2l.add_to_class(Line)
def forward(self, X):
    return d2l.matmul(X, self.w) + self.b


@d2l.add_to_class(Line)
def loss(self, y_hat, y):
    return d2l.reduce_mean((y_hat - y) ** 2 / 2)


class Descent(d2l.HyperParameters):
    def __init__(self, lr):
        self.save_hyperparameters()

    def apply_gradients(self, grads_and_vars):
        for grad, param in grads_and_vars:
            param.assign_sub(self.lr * grad)


@d2l.add_to_class(Line)
def configure_optimizers(self):
    return Descent(self.lr)


# %% An epoch of one's own, and a loader of the framework (1 figure)
@d2l.add_to_class(d2l.DataModule)
def get_tensorloader(self, tensors, train, indices=slice(0, None)):
    tensors = tuple(t[indices] for t in tensors)
    buffer = tensors[0].shape[0] if train else 1
    return tf.data.Dataset.from_tensor_slices(tensors).shuffle(buffer).batch(self.batch_size)


class EagerTrainer(d2l.Trainer):
    pass


@d2l.add_to_class(EagerTrainer)
def fit_epoch(self):
    self.model.training = True
    for batch in self.train_dataloader:
        with tf.GradientTape() as tape:
            loss = self.model.training_step(self.prepare_batch(batch))
        grads = tape.gradient(loss, self.model.trainable_variables)
        self.optim.apply_gradients(zip(grads, self.model.trainable_variables, strict=True))
        self.train_batch_idx += 1
    self.model.training = False
    for batch in self.val_dataloader:
        self.model.validation_step(self.prepare_batch(batch))
        self.val_batch_idx += 1


tf.random.set_seed(0)
data = d2l.SyntheticRegressionData(w=d2l.tensor([2, -3.4]), b=4.2)
model = Line(2, lr=0.1)
EagerTrainer(max_epochs=3).fit(model, data)
assert float(tf.reduce_max(abs(data.w - d2l.reshape(model.w, data.w.shape)))) < 0.02
assert abs((data.b - model.b).numpy().item()) < 0.02


# %% Weight decay by a regulariser of Keras, without a picture (0 figures)
class Decay(d2l.LinearRegression):
    def __init__(self, wd, lr):
        super().__init__(lr)
        self.save_hyperparameters()
        self.net = tf.keras.layers.Dense(
            1,
            kernel_regularizer=tf.keras.regularizers.l2(wd),
            kernel_initializer=tf.keras.initializers.RandomNormal(0, 0.01),
        )

    def loss(self, y_hat, y):
        return super().loss(y_hat, y) + self.net.losses


class Few(d2l.DataModule):
    def __init__(self, num_train, num_val, num_inputs, batch_size):
        self.save_hyperparameters()
        self.X = d2l.normal((num_train + num_val, num_inputs))
        self.y = d2l.matmul(self.X, d2l.ones((num_inputs, 1)) * 0.01) + 0.05

    def get_dataloader(self, train):
        rows = slice(0, self.num_train) if train else slice(self.num_train, None)
        return self.get_tensorloader([self.X, self.y], train, rows)


trainer = d2l.Trainer(max_epochs=3)
norms = []
for wd in (0.0, 3.0):
    model = Decay(wd, lr=0.01)
    model.board.yscale = "log"
    model.board.display = False
    trainer.fit(model, Few(20, 100, 50, 5))
    norms.append(float(d2l.reduce_sum(model.get_w_b()[0] ** 2)))
    assert float(model.board.data["train_loss"][-1].y) < 1
assert norms[1] < norms[0]


# %% The optimizer of all models, defined in the base class (1 figure)
@d2l.add_to_class(d2l.Module)
def configure_optimizers(self):
    return tf.keras.optimizers.Adam(self.lr)


class Dropping(d2l.Classifier):
    def __init__(self, num_outputs, num_hiddens, dropout, lr):
        super().__init__()
        self.save_hyperparameters()
        self.hidden = tf.keras.layers.Dense(num_hiddens, activation="relu")
        self.out = tf.keras.layers.Dense(num_outputs)

    def forward(self, X):
        H = self.hidden(tf.reshape(X, (X.shape[0], -1)))
        if self.training:
            kept = tf.random.uniform(tf.shape(H)) > self.dropout
            H = tf.cast(kept, tf.float32) * H / (1 - self.dropout)
        return self.out(H)


data = d2l.FashionMNIST(batch_size=128)
model = Dropping(**{"num_outputs": 10, "num_hiddens": 64, "dropout": 0.2, "lr": 0.003})
with d2l.try_gpu():
    trainer.fit(model, data)
assert isinstance(trainer.optim, tf.keras.optimizers.Adam)
assert model.board.data["val_acc"][-1].y > 0.7

# %% What it got wrong (1 figure)
X, y = next(iter(data.val_dataloader()))
preds = d2l.argmax(model(X), axis=1)
wrong = d2l.astype(preds, y.dtype) != y
X, y, preds = X[wrong], y[wrong], preds[wrong]
pairs = zip(data.text_labels(y), data.text_labels(preds), strict=True)
data.visualize([X, y], labels=[a + "\n" + b for a, b in pairs])


# %% A loss of Keras in the base class, and a convolutional network (1 figure)
@d2l.add_to_class(d2l.Classifier)
def loss(self, Y_hat, Y, averaged=True):
    fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return fn(d2l.reshape(Y, (-1,)), d2l.reshape(Y_hat, (-1, Y_hat.shape[-1])))


class Convolutional(d2l.Classifier):
    def __init__(self, lr=0.003, num_classes=10):
        super().__init__()
        self.save_hyperparameters()
        self.net = tf.keras.models.Sequential(
            [
                tf.keras.layers.Conv2D(6, kernel_size=5, strides=2, activation="relu"),
                tf.keras.layers.Flatten(),
                tf.keras.layers.Dense(num_classes),
            ]
        )


model = Convolutional()
model.layer_summary((1, 28, 28, 1))
trainer.fit(model, data)
assert model.board.data["val_acc"][-1].y > 0.65

# %% A kernel learned by hand, with a tape that watches one variable (0 figures)
X = tf.Variable(tf.ones((6, 8)))
X[:, 2:6].assign(tf.zeros((6, 4)))
Y = tf.reshape(d2l.corr2d(X, tf.constant([[1.0, -1.0]])), (1, 6, 7, 1))
conv2d = tf.keras.layers.Conv2D(1, (1, 2), use_bias=False)
X = tf.reshape(X, (1, 6, 8, 1))
conv2d(X)
for _ in range(30):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(conv2d.weights[0])
        error = (conv2d(X) - Y) ** 2
    weights = conv2d.get_weights()
    weights[0] = conv2d.weights[0] - 3e-2 * tape.gradient(error, conv2d.weights[0])
    conv2d.set_weights(weights)
assert "CPU" in conv2d.weights[0].device or "GPU" in conv2d.weights[0].device
kernel = tf.reshape(conv2d.get_weights()[0], (1, 2))
assert float(tf.reduce_max(abs(kernel - tf.constant([[1.0, -1.0]])))) < 0.3


# %% Prices of houses (0 figures)
import pandas as pd


class Houses(d2l.DataModule):
    def __init__(self, batch_size, raw_train, raw_val):
        super().__init__()
        self.save_hyperparameters()

    def preprocess(self):
        label, n = "Price", len(self.raw_train)
        features = pd.concat(
            (self.raw_train.drop(columns=["Id", label]), self.raw_val.drop(columns=["Id"]))
        )
        numeric = features.dtypes[features.dtypes != "object"].index
        features[numeric] = features[numeric].apply(lambda x: (x - x.mean()) / (x.std()))
        features[numeric] = features[numeric].fillna(0)
        features = pd.get_dummies(features, dummy_na=True)
        self.train, self.val = features[:n].copy(), features[n:].copy()
        self.train[label] = self.raw_train[label]

    def get_dataloader(self, train):
        def get_tensor(x):
            return d2l.tensor(x.values, dtype=d2l.float32)

        label, data = "Price", self.train if train else self.val
        if label not in data:
            return None
        tensors = (
            get_tensor(data.drop(columns=[label])),
            d2l.reshape(d2l.log(get_tensor(data[label])), (-1, 1)),
        )
        return self.get_tensorloader(tensors, train)


rows = {"Id": [1, 2, 3, 4], "Area": [8.0, None, 6, 10], "Street": ["Pave", "Gravel", None, "Pave"]}
frame = pd.DataFrame(rows)
data = Houses(3, frame[:3].assign(Price=[1, 2, 3]), frame[3:])
data.preprocess()
assert data.val_dataloader() is None
X, y = next(iter(data.train_dataloader()))
assert (tuple(X.shape), tuple(y.shape)) == ((3, 4), (3, 1))
assert sorted(d2l.numpy(X).tolist()) == [[-1, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]]


# %% Pictures of clothes by Keras (0 figures)
train, val = tf.keras.datasets.fashion_mnist.load_data()
assert (train[0].shape, val[1].shape) == ((3000, 28, 28), (1000,))
