"""What this package itself says in a book, in the book's language.

"Figure", "Table" and the titles of boxes are Sphinx's to translate, into all its languages. The few
sentences here are in some, and a book has the last word: `tabbook_words` in `_config.yml`.
"""

import gettext
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import sphinx

SENTENCES = (
    "This chapter has no {tab} version.",
    "This part has no {tab} version.",
    "This part has no output in {tab}.",
    "Open in Colab",
    "Try it yourself in Colab",
    "Notebook",
    "Source",
    "Discussion",
    "Show the solution",
    "Right.",
    "Not so.",
    "The references are online.",
    "{first} and {second}",
)
# In the order of the sentences.
TRANSLATIONS = {
    "de": (
        "Dieses Kapitel gibt es nicht für {tab}.",
        "Diesen Teil gibt es nicht für {tab}.",
        "Dieser Teil hat keine Ausgabe in {tab}.",
        "In Colab öffnen",
        "In Colab selbst versuchen",
        "Notebook",
        "Quelltext",
        "Diskussion",
        "Lösung zeigen",
        "Richtig.",
        "Nicht ganz.",
        "Die Literatur steht online.",
        "{first} und {second}",
    ),
    "es": (
        "Este capítulo no tiene versión para {tab}.",
        "Esta parte no tiene versión para {tab}.",
        "Esta parte no tiene salida en {tab}.",
        "Abrir en Colab",
        "Inténtalo en Colab",
        "Cuaderno",
        "Código fuente",
        "Debate",
        "Mostrar la solución",
        "Correcto.",
        "No es así.",
        "Las referencias están en línea.",
        "{first} y {second}",
    ),
    "fr": (
        "Ce chapitre n'a pas de version {tab}.",
        "Cette partie n'a pas de version {tab}.",
        "Cette partie n'a pas de sortie en {tab}.",
        "Ouvrir dans Colab",
        "Essayer soi-même dans Colab",
        "Notebook",
        "Source",
        "Discussion",
        "Afficher la solution",
        "Exact.",
        "Non.",
        "Les références sont en ligne.",
        "{first} et {second}",
    ),
    "ja": (
        "この章には {tab} 版がありません。",
        "この部分には {tab} 版がありません。",
        "この部分には {tab} の出力がありません。",
        "Colab で開く",
        "Colab で解いてみる",
        "ノートブック",
        "ソース",
        "議論",
        "解答を表示",
        "正解です。",
        "違います。",
        "参考文献はオンラインにあります。",
        "{first}・{second}",
    ),
    "pt": (
        "Este capítulo não tem versão para {tab}.",
        "Esta parte não tem versão para {tab}.",
        "Esta parte não tem saída em {tab}.",
        "Abrir no Colab",
        "Tente você mesmo no Colab",
        "Notebook",
        "Código-fonte",
        "Discussão",
        "Mostrar a solução",
        "Certo.",
        "Não é assim.",
        "As referências estão online.",
        "{first} e {second}",
    ),
    "zh": (
        "本章没有 {tab} 版本。",
        "这一部分没有 {tab} 版本。",
        "这一部分没有 {tab} 的输出。",
        "在 Colab 中打开",
        "在 Colab 中自己试试",
        "笔记本",
        "源代码",
        "讨论",
        "显示解答",
        "正确。",
        "不对。",
        "参考文献见在线版。",
        "{first}和{second}",
    ),
}
# Sphinx's Chinese is by country; ours is written as in mainland China.
_OF_SPHINX = {"zh": "zh_CN"}
_NOT_OURS = ("zh_HK", "zh_TW")
_NUMBERED = {"Figure {number}": "Fig. %s", "Table {number}": "Table %s"}


@dataclass(frozen=True)
class Words:
    """The words of a book: those of its language, or its own for what they are in English."""

    language: str = "en"
    own: Mapping[str, str] = field(default_factory=dict)

    def say(self, text: str, **parts: object) -> str:
        """Return what `text` is in the book's language, English where nothing else is known."""
        said = self.own.get(text) or self._ours(text) or self._sphinxs(text)
        for name, part in parts.items():
            said = said.replace(f"{{{name}}}", str(part))
        return said

    def _ours(self, text: str) -> str:
        language = self.language.replace("-", "_")
        short = "" if language in _NOT_OURS else language.partition("_")[0]
        return dict(zip(SENTENCES, TRANSLATIONS.get(short, ()), strict=False)).get(text, "")

    def _sphinxs(self, text: str) -> str:
        language = self.language.replace("-", "_")
        catalogue = _catalogue(language)
        if language.startswith("en") or not isinstance(catalogue, gettext.GNUTranslations):
            return text
        return catalogue.gettext(_NUMBERED.get(text, text)).replace("%s", "{number}")


ENGLISH = Words()


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    folder = Path(sphinx.__file__).parent / "locale"
    languages = [_OF_SPHINX.get(language, language)]
    return gettext.translation("sphinx", str(folder), languages, fallback=True)
