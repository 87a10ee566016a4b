"""What the import setting `plugins` takes, and what it says of what it cannot take."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from robot.libdocpkg import LibraryDocumentation

from BaresipLibrary import BackendSetup, BaresipLibrary, Context, Plugin, UsageError, keyword

HERE = f"{__name__}."


class Greeter(Plugin):
    """A plugin that takes arguments."""

    def __init__(self, context: Context, word: str = "Hello", name: str = "World") -> None:
        super().__init__(context)
        self.word, self.name = word, name

    @keyword(tags=("Greeting",))
    def greet(self, times: int = 1) -> str:
        """Greets somebody."""
        return f"{self.word} {self.name}! " * times


class Another(Plugin):
    @keyword
    def wave(self) -> None:
        """Waves."""


class Impolite(Plugin):
    @keyword("GREET")
    def shout(self) -> None:
        """Has the name of another plugin's keyword, in Robot's eyes."""


class Redialling(Plugin):
    @keyword
    def dial(self) -> None:
        """Has the name of a keyword of the library."""


class Broken(Plugin):
    def __init__(self, context: Context) -> None:
        raise RuntimeError("out of order")


class Informing(Plugin):
    @keyword("Tell")
    def info(self) -> None:  # type: ignore[override]
        """Overrides a method of its base."""


class Fair(Plugin):
    @keyword("Info")
    def our_info(self) -> None:
        """Overrides nothing."""


class NotAPlugin:
    """Takes no context."""


class Registering(Plugin):
    def __init__(self, context: Context, name: str) -> None:
        super().__init__(context)
        self.register_backend(name, _refuse)


def _refuse(setup: BackendSetup) -> None:
    raise UsageError(f"made for {setup.account.username}")


@pytest.fixture
def opened() -> Iterator[list[BaresipLibrary]]:
    """Libraries that are closed after the test."""
    libraries: list[BaresipLibrary] = []
    yield libraries
    for library in libraries:
        library.close()


@pytest.mark.parametrize(
    ("plugins", "greeting"),
    [
        (f"{HERE}Greeter", "Hello World! "),
        (f"{HERE}Greeter;Good day", "Good day World! "),
        (f"{HERE}Greeter;Good day;name=Bob", "Good day Bob! "),
        (f"{HERE}Greeter;name=Bob,{HERE}Another", "Hello Bob! "),
        (f" {HERE}Another , {HERE}Greeter", "Hello World! "),
        ([f"{HERE}Another", f"{HERE}Greeter;Oh, well"], "Oh, well World! "),
    ],
)
def test_plugins_are_named_with_their_arguments(
    plugins: str | list[str], greeting: str, opened: list[BaresipLibrary]
) -> None:
    opened.append(library := BaresipLibrary(plugins=plugins))
    assert library.run_keyword("greet", [], {}) == greeting
    assert ("wave" in library.get_keyword_names()) == ("Another" in str(plugins))


@pytest.mark.parametrize("plugins", [None, "", []])
def test_without_plugins_there_are_the_keywords_of_the_library(
    plugins: str | list[str] | None, opened: list[BaresipLibrary]
) -> None:
    opened += [BaresipLibrary(), library := BaresipLibrary(plugins=plugins)]
    assert library.get_keyword_names() == opened[0].get_keyword_names()


def test_a_file_holds_a_plugin_of_its_name(
    tmp_path: Path, opened: list[BaresipLibrary], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Filed.py").write_text(
        "from BaresipLibrary import Plugin, keyword\n"
        "class Filed(Plugin):\n"
        "    @keyword\n"
        "    def file(self): return 'filed'\n"
    )
    opened.append(library := BaresipLibrary(plugins=str(tmp_path / "Filed.py")))
    assert library.run_keyword("file", [], {}) == "filed"
    monkeypatch.chdir(tmp_path)
    opened.append(BaresipLibrary(plugins="Filed.py"))
    assert "file" in opened[-1].get_keyword_names()
    del sys.modules["Filed"]


@pytest.mark.parametrize(
    ("plugins", "why"),
    [
        ("no.Such", r"^The plugin 'no\.Such' cannot be imported: ModuleNotFoundError: No module"),
        (f"{HERE}Greter", r"Greter' cannot be imported: .*Greter'"),
        ("/no/Such.py", r"^There is no plugin at /no/Such\.py"),
        (__name__, r"is a module: name the class in it, as module\.Class"),
        (f"{HERE}NotAPlugin", r"is not a plugin: its class does not derive from"),
        (f"{HERE}Broken", r"Broken' cannot be made: RuntimeError: out of order$"),
        (f"{HERE}Greeter;1;2;3", r"Greeter' cannot be made: TypeError: .*__init__\(\)"),
        (f"{HERE}Greeter;wrod=Hi", r"cannot be made: TypeError: .*'wrod'"),
        (
            f"{HERE}Greeter;1;name=a=b",
            r"Greeter' cannot have its argument 2: the value holds",
        ),
        (f"{HERE}Informing", r"has a keyword 'Info', a name that Plugin uses itself: give it an"),
        (f"{HERE}Greeter,", r"^The plugin '' cannot be imported"),
        (f"{HERE}Redialling", r"has a keyword 'Dial', which BaresipLibrary has, too: give it an"),
        (
            f"{HERE}Greeter,{HERE}Impolite",
            r"Impolite' has a keyword 'Greet', which the plugin '.*Greeter' has, too",
        ),
        (f"{HERE}Another,{HERE}Another", r"'Wave', which the plugin '.*Another' has, too"),
        (f"{HERE}Registering;external", r"^There is a backend 'external' already"),
        (f"{HERE}Registering;Fast", r"^'Fast' cannot be the name of a backend"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_refused_at_the_import(plugins: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        BaresipLibrary(plugins=plugins)


@pytest.mark.parametrize(
    "plugins",
    [
        "no.Such;pin=s3cret",
        f"{HERE}Greter;s3cret",
        f"{HERE}NotAPlugin;s3cret",
        f"{HERE}Broken;pin=s3cret",
        f"{HERE}Greeter;1;2;s3cret",
        f"{HERE}Greeter;s3cret==",
        f"{HERE}Redialling;s3cret",
        f"{HERE}Greeter;s3cret,{HERE}Impolite;s3cret",
        f"{HERE}Informing;s3cret",
        "/no/Such.py;s3cret",
    ],
)
def test_arguments_of_plugins_are_not_shown(plugins: str) -> None:
    with pytest.raises(UsageError) as caught:
        BaresipLibrary(plugins=plugins)
    assert "s3cret" not in str(caught.value)


def test_a_keyword_may_have_the_name_of_a_method_that_it_does_not_override(
    opened: list[BaresipLibrary],
) -> None:
    opened.append(library := BaresipLibrary(plugins=f"{HERE}Fair"))
    assert "Info" in library.get_keyword_names()


def test_a_backend_is_chosen_by_the_name_that_a_plugin_registered(
    opened: list[BaresipLibrary],
) -> None:
    opened.append(library := BaresipLibrary("Fast", plugins=f"{HERE}Registering;fast"))
    with pytest.raises(UsageError, match="^made for alice$"):
        library.run_keyword("start_agent", ["alice"], {})
    with pytest.raises(UsageError, match="^There is no backend 'quick'.* external, fast.$"):
        library.run_keyword("start_agent", ["alice"], {"backend": "quick"})
    with pytest.raises(UsageError, match="^backend=fast .* takes no executable="):
        library.run_keyword("start_agent", ["alice"], {"executable": "baresip"})


def test_a_backend_of_a_plugin_that_is_not_loaded_is_refused_at_the_import() -> None:
    with pytest.raises(UsageError, match="^There is no backend 'fast'"):
        BaresipLibrary("fast")


def test_a_plugin_stands_in_the_documentation_of_the_library() -> None:
    documentation = LibraryDocumentation(f"BaresipLibrary::plugins={HERE}Greeter")
    greet = next(one for one in documentation.keywords if one.name == "Greet")
    assert set(greet.tags) == {"Greeting", "Plugin"}
    assert greet.doc == "Greets somebody."
    assert str(greet.args) == "times: int = 1"
    assert not any("Plugin" in one.tags for one in documentation.keywords if one.name != "Greet")
