# ruff: noqa: E402, F811 (each cell defines members of another class, or has its own imports)
# %% Linear regression by hand, cell by cell (0 figures)
import torch
from torch import nn

from d2l_local import torch as d2l


class Line(d2l.Module):
    def __init__(self, num_inputs, lr, sigma=0.01):
        super().__init__()
        self.save_hyperparameters()
        self.w = torch.normal(0, sigma, (num_inputs, 1), requires_grad=True)
        self.b = torch.zeros(1, requires_grad=True)


@d2l.add_to_class(Line)
def forward(self, X):
    return d2l.matmul(X, self.w) + self.b


@d2l.add_to_class(Line)
def loss(self, y_hat, y):
    return d2l.reduce_mean((y_hat - y) ** 2 / 2)


class Descent(d2l.HyperParameters):
    def __init__(self, params, lr):
        self.save_hyperparameters()

    def step(self):
        for param in self.params:
            param -= self.lr * param.grad

    def zero_grad(self):
        for param in self.params:
            if param.grad is not None:
                param.grad.zero_()


@d2l.add_to_class(Line)
def configure_optimizers(self):
    return Descent([self.w, self.b], self.lr)


# %% An epoch of one's own, and a loader of the framework (1 figure)
@d2l.add_to_class(d2l.DataModule)
def get_tensorloader(self, tensors, train, indices=slice(0, None)):
    dataset = torch.utils.data.TensorDataset(*(t[indices] for t in tensors))
    return torch.utils.data.DataLoader(dataset, self.batch_size, shuffle=train)


@d2l.add_to_class(d2l.Trainer)
def fit_epoch(self):
    self.model.train()
    for batch in self.train_dataloader:
        loss = self.model.training_step(self.prepare_batch(batch))
        self.optim.zero_grad()
        with torch.no_grad():
            loss.backward()
            self.optim.step()
        self.train_batch_idx += 1
    self.model.eval()
    for batch in self.val_dataloader:
        with torch.no_grad():
            self.model.validation_step(self.prepare_batch(batch))
        self.val_batch_idx += 1


torch.manual_seed(0)
data = d2l.SyntheticRegressionData(w=d2l.tensor([2, -3.4]), b=4.2)
model = Line(2, lr=0.1)
trainer = d2l.Trainer(max_epochs=3)
trainer.fit(model, data)
with torch.no_grad():
    assert float(d2l.abs(data.w - d2l.reshape(model.w, data.w.shape)).max()) < 0.02
    assert abs(float(data.b - model.b)) < 0.02


# %% Weight decay by a group of parameters, after many epochs without a picture (0 figures)
class Decay(d2l.LinearRegression):
    def __init__(self, wd, lr):
        super().__init__(lr)
        self.save_hyperparameters()
        self.net.weight.data.normal_(0, 0.01)

    def configure_optimizers(self):
        groups = [{"params": self.net.weight, "weight_decay": self.wd}, {"params": self.net.bias}]
        return torch.optim.SGD(groups, lr=self.lr)


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


# %% The optimizer of all models, defined in the base class (1 figure)
@d2l.add_to_class(d2l.Module)
def configure_optimizers(self):
    return torch.optim.Adam(self.parameters(), lr=self.lr)


class Dropping(d2l.Classifier):
    def __init__(self, num_outputs, num_hiddens, dropout, lr):
        super().__init__()
        self.save_hyperparameters()
        self.hidden, self.out = nn.LazyLinear(num_hiddens), nn.LazyLinear(num_outputs)

    def forward(self, X):
        H = torch.relu(self.hidden(X.reshape((X.shape[0], -1))))
        if self.training:
            H = (torch.rand(H.shape) > self.dropout).float() * H / (1 - self.dropout)
        return self.out(H)


data = d2l.FashionMNIST(batch_size=128)
model = Dropping(**{"num_outputs": 10, "num_hiddens": 64, "dropout": 0.2, "lr": 0.003})
trainer = d2l.Trainer(max_epochs=3, num_gpus=1)
trainer.fit(model, data)
assert isinstance(trainer.optim, torch.optim.Adam)
assert model.board.data["val_acc"][-1].y > 0.7

# %% What it got wrong (1 figure)
model.eval()
X, y = next(iter(data.val_dataloader()))
preds = d2l.argmax(model.cpu()(X), axis=1)
wrong = d2l.astype(preds, y.dtype) != y
X, y, preds = X[wrong], y[wrong], preds[wrong]
pairs = zip(data.text_labels(y), data.text_labels(preds), strict=True)
data.visualize([X, y], labels=[a + "\n" + b for a, b in pairs])


# %% A convolutional network of lazy layers (1 figure)
def init_layers(module):
    if type(module) is nn.Linear or type(module) is nn.Conv2d:
        nn.init.xavier_uniform_(module.weight)


class Convolutional(d2l.Classifier):
    def __init__(self, lr=0.003, num_classes=10):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(
            nn.LazyConv2d(6, kernel_size=5, stride=2),
            nn.ReLU(),
            nn.Flatten(),
            nn.LazyLinear(num_classes),
        )


model = Convolutional()
model.apply_init([next(iter(data.get_dataloader(True)))[0]], init_layers)
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


# %% Pictures of clothes by torchvision (0 figures)
import torchvision
from torchvision import transforms


class Clothes(d2l.DataModule):
    def __init__(self, batch_size=64, resize=(28, 28)):
        super().__init__()
        self.save_hyperparameters()
        trans = transforms.Compose([transforms.Resize(resize), transforms.ToTensor()])
        self.train = torchvision.datasets.FashionMNIST(
            root=self.root, train=True, transform=trans, download=True
        )
        self.val = torchvision.datasets.FashionMNIST(
            root=self.root, train=False, transform=trans, download=True
        )

    def get_dataloader(self, train):
        data = self.train if train else self.val
        return torch.utils.data.DataLoader(data, self.batch_size, shuffle=train)


data = Clothes(resize=(32, 32))
assert (len(data.train), len(data.val)) == (3000, 1000)
X, y = next(iter(data.train_dataloader()))
assert (X.shape, X.dtype, y.shape, y.dtype) == (
    (64, 1, 32, 32),
    torch.float32,
    (64,),
    torch.int64,
)
