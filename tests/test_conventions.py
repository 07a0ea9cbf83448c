"""The conventions of the house, as tests. Each check is a function over given input, tried on a bad example too."""

import ast
import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test.utils import isolate_apps

ROOT = Path(settings.BASE_DIR)
APPS = ("sites", "visitors", "activities", "appointments", "reporting")
CODE = ("citemetiers", *APPS)
MODELS = [model for label in APPS for model in apps.get_app_config(label).get_models()]

MODULE_LINES, TEST_MODULE_LINES = 400, 600
FUNCTION_LINES, VIEW_LINES = 40, 30
TEMPLATE_LINES, CSS_LINES, JS_LINES = 150, 250, 150
# Rendered by a package that looks for these names.
TEMPLATES_OF_PACKAGES = ("account/*", "allauth/*", "mfa/*", "socialaccount/*", "usersessions/*", "django/*", "admin/*")


def ignored() -> list[str]:
    """What no commit ever holds."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return [".git", *(line.strip("/") for line in lines)]


def files(*, under: str = ".", suffixes: Iterable[str] = ("",), skip: Iterable[str] = ()) -> dict[str, str]:
    """Text files of the repository by their path: those that could be committed."""
    out = [*ignored(), *skip]
    found: dict[str, str] = {}
    pending = [ROOT / under]
    while pending:
        path = pending.pop()
        name = path.relative_to(ROOT).as_posix()
        if any(fnmatch.fnmatch(path.name, pattern) or fnmatch.fnmatch(name, pattern) for pattern in out):
            continue
        if path.is_dir():
            pending += path.iterdir()
        elif path.name.endswith(tuple(suffixes)):
            text = _text_of(path)
            if text is not None:
                found[name] = text
    return dict(sorted(found.items()))


def _text_of(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError):
        return None


def modules(*packages: str) -> dict[str, str]:
    """The Python files of packages, without migrations."""
    return {
        name: text
        for package in packages
        for name, text in files(under=package, suffixes=(".py",), skip=("migrations",)).items()
    }


TEMPLATES = files(under="templates", suffixes=(".html", ".txt"))


# --- Sizes ---------------------------------------------------------------------------------------


def too_long(texts: Mapping[str, str], limit: int) -> list[str]:
    """Files with more lines than their kind may have."""
    counts = {name: len(text.splitlines()) for name, text in texts.items()}
    return [f"{name}: {count} lines, at most {limit}" for name, count in counts.items() if count > limit]


def long_functions(name: str, text: str) -> Iterator[str]:
    """Functions with more lines than a function, or a view, may have."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        first = node.args.args[0].arg if node.args.args else ""
        limit = VIEW_LINES if first == "request" and "/test" not in f"/{name}" else FUNCTION_LINES
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > limit:
            yield f"{name}: {node.name} has {lines} lines, at most {limit}"


@pytest.mark.parametrize(
    ("texts", "limit"),
    [
        (modules(*CODE), MODULE_LINES),
        (modules("tests"), TEST_MODULE_LINES),
        (TEMPLATES, TEMPLATE_LINES),
        (files(under="static/css", suffixes=(".css",)), CSS_LINES),
        (files(under="static/js", suffixes=(".js",)), JS_LINES),
    ],
    ids=["modules", "tests", "templates", "css", "js"],
)
def test_file_is_not_too_long(texts: dict[str, str], limit: int) -> None:
    assert texts
    assert too_long(texts, limit) == []


def test_function_is_not_too_long() -> None:
    texts = modules(*CODE, "tests")

    assert [problem for name, text in texts.items() for problem in long_functions(name, text)] == []


def test_too_long_finds_file_and_function() -> None:
    function = "def slow(value):\n" + "    value += 1\n" * 40
    view = "def page(request):\n" + "    request.x = 1\n" * 30

    assert too_long({"a.py": "x\n" * 3, "b.py": "x\n"}, 2) == ["a.py: 3 lines, at most 2"]
    assert list(long_functions("a.py", function)) == ["a.py: slow has 41 lines, at most 40"]
    assert list(long_functions("a.py", view)) == ["a.py: page has 31 lines, at most 30"]
    assert list(long_functions("tests/test_a.py", view)) == []


# --- Templates -----------------------------------------------------------------------------------

LOAD = re.compile(r"{%-?\s*load\s+(.*?)\s*-?%}")
CSS_CLASS, NO_CLASS = re.compile(r"\.([a-z_][\w-]*)"), re.compile(r"/\*.*?\*/|url\([^)]*\)", re.DOTALL)
WORD, BEGUN = re.compile(r"[\w-]+"), re.compile(r"[\w-]+-(?={{)")
INLINE = re.compile(
    r"<style\b|<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|<[^>{]*\s(?:style|on[a-z]+)=|\bjavascript:",
    re.IGNORECASE,
)


def unused_templates(names: Iterable[str], texts: Mapping[str, str]) -> list[str]:
    """Templates that no other file names. A name may be completed at run time after its folder and first word."""
    unused = []
    for name in names:
        stem = re.sub(r"(\.subject)?\.(html|txt)$", "", name)
        folder = f"{stem.rpartition('/')[0]}/{{"
        others = [text for other, text in texts.items() if other != f"templates/{name}"]
        is_named = any(name in text or f'"{stem}"' in text or folder in text for text in others)
        if not is_named and not any(fnmatch.fnmatch(name, pattern) for pattern in TEMPLATES_OF_PACKAGES):
            unused.append(name)
    return unused


def late_listeners(texts: Mapping[str, str]) -> list[str]:
    """Templates whose htmx leaves what it swaps in without ears for 20 ms: a key pressed then would leave the page."""
    return [name for name, text in texts.items() if "htmx-config" in text and '"defaultSettleDelay": 0' not in text]


def test_what_is_swapped_in_listens_at_once() -> None:
    assert late_listeners(TEMPLATES) == []
    assert late_listeners({"page.html": '<meta name="htmx-config" content=\'{"timeout": 8000}\'>'}) == ["page.html"]


def wrong_loads(name: str, text: str) -> Iterator[str]:
    """Several libraries in one tag, libraries out of order, or anything before extends."""
    loaded = LOAD.findall(text)
    if any(len(libraries.split()) > 1 and " from " not in libraries for libraries in loaded):
        yield f"{name}: one library a line"
    if loaded != sorted(loaded):
        yield f"{name}: libraries out of order"
    if "{% extends" in text and not text.startswith("{% extends"):
        yield f"{name}: extends comes first"


def inline_code(name: str, text: str) -> Iterator[str]:
    """Styles and scripts that the content security policy would refuse."""
    for found in INLINE.finditer(text):
        yield f"{name}: {found.group()[-40:]}"


def test_template_is_used() -> None:
    names = [name.removeprefix("templates/") for name in TEMPLATES]

    assert unused_templates(names, modules(*CODE) | TEMPLATES) == []


def test_template_loads_in_order() -> None:
    assert [problem for name, text in TEMPLATES.items() for problem in wrong_loads(name, text)] == []


def test_template_has_no_inline_code() -> None:
    assert [problem for name, text in TEMPLATES.items() for problem in inline_code(name, text)] == []


def unused_classes(sheets: Mapping[str, str], texts: Iterable[str]) -> list[str]:
    """Classes that a sheet dresses and nothing wears. A class may be completed at run time after a hyphen."""
    worn = "\n".join(texts)
    words, begun = set(WORD.findall(worn)), tuple(set(BEGUN.findall(worn)))
    return [
        f"{name}: .{found}"
        for name, text in sheets.items()
        for found in sorted(set(CSS_CLASS.findall(NO_CLASS.sub("", text))))
        if found not in words and not found.startswith(begun)
    ]


def test_css_class_is_used() -> None:
    # Django's own pages wear what the sheet of the administration dresses.
    sheets = files(under="static/css", suffixes=(".css",), skip=("static/css/admin.css",))
    texts = modules(*CODE) | TEMPLATES | files(under="static/js", suffixes=(".js",))

    assert sheets
    assert unused_classes(sheets, [*texts.values(), "errorlist"]) == []


def test_unused_classes_finds_orphan() -> None:
    sheet = "/* .note */ .worn, .badge--new:hover > .orphan__part { background: url(a.svg); inset: .5rem }"

    assert unused_classes({"a.css": sheet}, ['<p class="worn badge--{{ kind }}">']) == ["a.css: .orphan__part"]


def test_unused_templates_finds_orphan() -> None:
    texts = {
        "views.py": 'render(request, "desk/page.html")\nmail = f"desk/emails/{kind}.txt"',
        "templates/desk/_orphan.html": '{% include "desk/_orphan.html" %}',
    }
    names = ["desk/page.html", "desk/_orphan.html", "desk/emails/hello.txt", "account/login.html"]

    assert unused_templates(names, texts) == ["desk/_orphan.html"]


def test_wrong_loads_finds_each_way() -> None:
    assert list(wrong_loads("a", "{% load a b %}")) == ["a: one library a line"]
    assert list(wrong_loads("a", "{% load b %}\n{% load a %}")) == ["a: libraries out of order"]
    assert list(wrong_loads("a", "\n{% extends 'b' %}")) == ["a: extends comes first"]
    assert list(wrong_loads("a", "{% extends 'b' %}\n{% load a %}\n{% load b %}\n{% load x from c %}")) == []


@pytest.mark.parametrize(
    "text",
    [
        "<p style='color:red'>",
        '<a class="x" onclick="go()">',
        "<STYLE>p {}</STYLE>",
        "<script>go()</script>",
        '<a href="javascript:go()">',
    ],
)
def test_inline_code_finds(text: str) -> None:
    assert list(inline_code("a", text))


@pytest.mark.parametrize(
    "text",
    [
        '<script src="/a.js" defer></script>',
        '<script type="application/json">{}</script>',
        '<link rel="stylesheet" href="a.css">',
        "<p>one = two, on = off</p>",
        '<option value="a" data-season="x">',
    ],
)
def test_inline_code_accepts(text: str) -> None:
    assert list(inline_code("a", text)) == []


# --- Models --------------------------------------------------------------------------------------


def model_problems(model: type[models.Model]) -> Iterator[str]:
    """A constraint that cannot explain itself, a relation without a name back, an order nobody asked for."""
    for constraint in model._meta.constraints:
        if not constraint.name:
            yield f"{model.__name__}: a constraint without a name"
        if constraint.violation_error_message == constraint.default_violation_error_message:
            yield f"{model.__name__}: {constraint.name} has no message of its own"
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        remote: Any = field.remote_field
        if remote and not remote.related_name and not getattr(remote, "parent_link", False):
            yield f"{model.__name__}.{field.name} has no related_name"
    if model._meta.ordering:
        yield f"{model.__name__} has Meta.ordering"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_model_keeps_the_conventions(model: type[models.Model]) -> None:
    assert list(model_problems(model)) == []


@isolate_apps("visitors")
def test_model_problems_finds_each() -> None:
    class Silent(models.Model):
        size = models.PositiveSmallIntegerField()
        parent = models.ForeignKey("self", models.CASCADE)
        friends = models.ManyToManyField("self", symmetrical=False)

        class Meta:
            app_label = "visitors"
            ordering = ["size"]
            constraints = [models.CheckConstraint(name="silent", condition=models.Q(size__gt=0))]

        def __str__(self) -> str:
            return ""

    assert list(model_problems(Silent)) == [
        "Silent: silent has no message of its own",
        "Silent.parent has no related_name",
        "Silent.friends has no related_name",
        "Silent has Meta.ordering",
    ]


# --- Words ---------------------------------------------------------------------------------------

PROMISING = ("services", "rules", "tasks", "querysets")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
MACHINE_PATH = re.compile(r"(?<![\w.:$}{*/-])/(?:work|root|mnt|Users|home/(?!app\b|portal\b)\w+)/\w")
NAMED = re.compile(r"`([\w.-]+/[\w./*-]*)(?:::(\w+))?`")
TOP = (*CODE, "bench", "bin", "docs", "locale", "requirements", "static", "templates", "tests")


def without_promise(name: str, text: str) -> Iterator[str]:
    """Public functions and methods of the layers that promise something, without a docstring."""
    tree = ast.parse(text)
    bodies = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
    for body in bodies:
        for node in body.body:
            is_public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if is_public and not ast.get_docstring(node):
                yield f"{name}: {node.name} promises nothing"


def is_promising(name: str) -> bool:
    """Whether a module belongs to a layer whose public functions are promises."""
    return any(part.removesuffix(".py") in PROMISING for part in Path(name).parts)


def unlocked(text: str) -> list[str]:
    """Requirements without a hash, and lines that name a host or an address."""
    logical = text.replace("\\\n", " ").splitlines()
    wanted = [line for line in logical if line.strip() and not line.lstrip().startswith("#")]
    return [
        line.split()[0]
        for line in wanted
        if "://" in line or line.startswith("-") or "==" not in line or "--hash=sha256:" not in line
    ]


def test_public_function_promises() -> None:
    texts = {name: text for name, text in modules(*APPS).items() if is_promising(name)}

    assert texts
    assert [problem for name, text in texts.items() for problem in without_promise(name, text)] == []


def test_nothing_is_left_for_later() -> None:
    texts = files(skip=("requirements", "vendor", "*.md"))

    assert [f"{name}: {found.group()}" for name, text in texts.items() for found in UNFINISHED.finditer(text)] == []


def test_no_path_of_a_machine() -> None:
    found = [
        f"{name}: {line.strip()[:80]}"
        for name, text in files().items()
        for line in text.splitlines()
        if MACHINE_PATH.search(line)
    ]

    assert found == []


@pytest.mark.parametrize("name", ["base", "dev"])
def test_requirements_are_locked_and_name_no_host(name: str) -> None:
    locked = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    wished = (ROOT / f"requirements/{name}.in").read_text(encoding="utf-8")

    assert unlocked(locked) == []
    assert "://" not in locked + wished


def gone_from(root: Path, text: str) -> list[str]:
    """What a page names that is not there: a file or folder of the repository, or a test in it."""
    problems = []
    for path, test in NAMED.findall(text):
        is_ours = path.endswith(".py") or path.split("/")[0] in TOP
        if not is_ours or path.strip("/") in ignored():
            continue
        found = list(root.glob(path))
        if not found or (test and f"def {test}(" not in (_text_of(found[0]) or "")):
            problems.append(f"{path}::{test}" if test else path)
    return problems


def test_page_names_only_what_is_there() -> None:
    pages = files(suffixes=(".md",))

    assert any(test for text in pages.values() for _path, test in NAMED.findall(text))
    assert [f"{name}: {gone}" for name, text in pages.items() for gone in gone_from(ROOT, text)] == []


def test_gone_from_finds_file_folder_and_test(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_here.py").write_text("def test_one(): ...\n", encoding="utf-8")

    assert gone_from(tmp_path, "`tests/`, `tests/test_h*.py`, `tests/test_here.py::test_one`, `bench/` `/desk/`") == [
        "bench/"
    ]
    assert gone_from(tmp_path, "`tests/test_here.py::test_two`") == ["tests/test_here.py::test_two"]
    assert gone_from(tmp_path, "`sites/gone.py`, `tests/test_gone.py::test_one`") == [
        "sites/gone.py",
        "tests/test_gone.py::test_one",
    ]


def test_without_promise_finds_function_and_method() -> None:
    text = "def a(): ...\ndef _b(): ...\ndef c():\n    'Done.'\nclass D:\n    def e(self): ...\n"

    assert list(without_promise("x", text)) == ["x: a promises nothing", "x: e promises nothing"]
    assert is_promising("visitors/services/entries/keeping.py")
    assert not is_promising("visitors/forms.py")


def test_unlocked_finds_each_way() -> None:
    hashed = "a==1 \\\n    --hash=sha256:ab \\\n    --hash=sha256:cd\n"

    assert unlocked(hashed + "# a comment\n") == []
    assert unlocked("b==2\n") == ["b==2"]
    assert unlocked("--index-url x\n") == ["--index-url"]
    assert unlocked("c @ https://host/c.whl --hash=sha256:ab\n") == ["c"]


@pytest.mark.parametrize(
    "line", ["see /wo" + "rk/main/x", 'open("/ro' + 'ot/x")', "/ho" + "me/jo/x", "'/Us" + "ers/jo/x'"]
)
def test_machine_path_is_found(line: str) -> None:
    assert MACHINE_PATH.search(line)


@pytest.mark.parametrize("line", ["/desk/work/", "../work/x", "https://host/home/jo/x", "$HOME/work/x", "{{ root }}/x"])
def test_machine_path_accepts_addresses(line: str) -> None:
    assert not MACHINE_PATH.search(line)


def test_unfinished_word_is_found() -> None:
    assert UNFINISHED.search("# TO" + "DO: later")
    assert not UNFINISHED.search("mastodon")
