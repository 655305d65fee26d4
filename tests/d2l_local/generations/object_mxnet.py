# ruff: noqa: E402, F811, I001 (each cell defines members of another class, or has its own imports)
# %% Linear regression by hand, cell by cell; the library comes before MXNet (0 figures)
from d2l_local import mxnet as d2l
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

npx.set_np()


class Line(d2l.Module):
    def __init__(self, num_inputs, lr, sigma=0.01):
        super().__init__()
        self.save_hyperparameters()
        self.w = np.random.normal(0, sigma, (num_inputs, 1))
        self.b = np.zeros(1)
        self.w.attach_grad()
        self.b.attach_grad()


@d2l.add_to_class(Line)
def forward(self, X):
    return d2l.matmul(X, self.w) + self.b


@d2l.add_to_class(Line)
def loss(self, y_hat, y):
    return d2l.reduce_mean((y_hat - y) ** 2 / 2)


class Descent(d2l.HyperParameters):
    def __init__(self, params, lr):
        self.save_hyperparameters()

    def step(self, _):
        for param in self.params:
            param -= self.lr * param.grad


@d2l.add_to_class(Line)
def configure_optimizers(self):
    return Descent([self.w, self.b], self.lr)


# %% An epoch of one's own, and a loader of the framework (1 figure)
@d2l.add_to_class(d2l.DataModule)
def get_tensorloader(self, tensors, train, indices=slice(0, None)):
    dataset = gluon.data.ArrayDataset(*(t[indices] for t in tensors))
    return gluon.data.DataLoader(dataset, self.batch_size, shuffle=train)


@d2l.add_to_class(d2l.Trainer)
def fit_epoch(self):
    for batch in self.train_dataloader:
        with autograd.record():
            loss = self.model.training_step(self.prepare_batch(batch))
        loss.backward()
        if self.gradient_clip_val > 0:
            self.clip_gradients(self.gradient_clip_val, self.model)
        self.optim.step(1)
        self.train_batch_idx += 1
    for batch in self.val_dataloader:
        self.model.validation_step(self.prepare_batch(batch))
        self.val_batch_idx += 1


npx.random.seed(0)
data = d2l.SyntheticRegressionData(w=d2l.tensor([2, -3.4]), b=4.2)
model = Line(2, lr=0.1)
trainer = d2l.Trainer(max_epochs=3, gradient_clip_val=100)
trainer.fit(model, data)
assert float(d2l.abs(data.w - d2l.reshape(model.w, data.w.shape)).max()) < 0.02
assert abs(float(data.b - model.b)) < 0.02


# %% Weight decay for the weights alone, without a picture (0 figures)
class Decay(d2l.LinearRegression):
    def __init__(self, wd, lr):
        super().__init__(lr)
        self.save_hyperparameters()

    def configure_optimizers(self):
        self.collect_params(".*bias").setattr("wd_mult", 0)
        options = {"learning_rate": self.lr, "wd": self.wd}
        return gluon.Trainer(self.collect_params(), "sgd", options)


class Few(d2l.DataModule):
    def __init__(self, num_train, num_val, num_inputs, batch_size):
        self.save_hyperparameters()
        self.X = d2l.randn(num_train + num_val, num_inputs)
        self.y = d2l.matmul(self.X, d2l.ones((num_inputs, 1)) * 0.01) + 0.05

    def get_dataloader(self, train):
        rows = slice(0, self.num_train) if train else slice(self.num_train, None)
        return self.get_tensorloader([self.X, self.y], train, rows)


norms = []
for wd in (0, 3):
    model = Decay(wd, lr=0.01)
    model.board.yscale = "log"
    model.board.display = False
    trainer.fit(model, Few(20, 100, 50, 5))
    norms.append(float((model.get_w_b()[0] ** 2).sum()))
    assert float(model.board.data["val_loss"][-1].y) < 1
assert norms[1] < norms[0]


# %% Arrays as parameters, returned by a `collect_params` of the class's own (1 figure)
class Softmax(d2l.Classifier):
    def __init__(self, num_inputs, num_outputs, lr, sigma=0.01):
        super().__init__()
        self.save_hyperparameters()
        self.W = np.random.normal(0, sigma, (num_inputs, num_outputs))
        self.b = np.zeros(num_outputs)
        self.W.attach_grad()
        self.b.attach_grad()

    def collect_params(self):
        return [self.W, self.b]


@d2l.add_to_class(Softmax)
def forward(self, X):
    scores = d2l.exp(d2l.matmul(d2l.reshape(X, (-1, self.W.shape[0])), self.W) + self.b)
    return scores / d2l.reduce_sum(scores, 1, keepdims=True)


@d2l.add_to_class(Softmax)
def loss(self, y_hat, y):
    return -d2l.reduce_mean(d2l.log(y_hat[list(range(len(y_hat))), y]))


data = d2l.FashionMNIST(batch_size=128)
model = Softmax(784, 10, lr=0.1)
trainer.fit(model, data)
assert model.board.data["val_acc"][-1].y > 0.6

# %% What it got wrong (1 figure)
X, y = next(iter(data.val_dataloader()))
preds = d2l.argmax(model(X), axis=1)
wrong = d2l.astype(preds, y.dtype) != y
X, y, preds = X[wrong], y[wrong], preds[wrong]
pairs = zip(data.text_labels(y), data.text_labels(preds), strict=True)
data.visualize([X, y], labels=[a + "\n" + b for a, b in pairs])


# %% The optimizer of all models, defined in the base class (1 figure)
@d2l.add_to_class(d2l.Module)
def configure_optimizers(self):
    params = self.parameters()
    if isinstance(params, list):
        return d2l.SGD(params, self.lr)
    return gluon.Trainer(params, "adam", {"learning_rate": self.lr})


class Dropping(d2l.Classifier):
    def __init__(self, num_outputs, num_hiddens, dropout, lr):
        super().__init__()
        self.save_hyperparameters()
        self.hidden = nn.Dense(num_hiddens, activation="relu")
        self.out = nn.Dense(num_outputs)
        self.initialize()

    def forward(self, X):
        H = self.hidden(X)
        if autograd.is_training():
            kept = np.random.uniform(0, 1, H.shape) > self.dropout
            H = kept.astype(np.float32) * H / (1 - self.dropout)
        return self.out(H)


model = Dropping(**{"num_outputs": 10, "num_hiddens": 64, "dropout": 0.2, "lr": 0.003})
trainer = d2l.Trainer(max_epochs=3, num_gpus=1)
trainer.fit(model, data)
assert model.board.data["val_acc"][-1].y > 0.7


# %% A convolutional network (1 figure)
class Convolutional(d2l.Classifier):
    def __init__(self, lr=0.003, num_classes=10):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential()
        self.net.add(
            nn.Conv2D(6, kernel_size=5, strides=2, activation="relu"), nn.Dense(num_classes)
        )
        self.net.initialize(init.Xavier())


model = Convolutional()
model.layer_summary((1, 1, 28, 28))
trainer.fit(model, data)
assert model.board.data["val_acc"][-1].y > 0.65


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


# %% Pictures of clothes by Gluon (0 figures)
trans = gluon.data.vision.transforms
trans = trans.Compose([trans.Resize((32, 32)), trans.ToTensor()])
val = gluon.data.vision.FashionMNIST(train=False).transform_first(trans)
X, y = next(iter(gluon.data.DataLoader(val, 64, shuffle=False)))
assert (X.shape, str(X.dtype), y.shape) == ((64, 1, 32, 32), "float32", (64,))
