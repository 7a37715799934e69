"""The agreement of page classes and templates."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import apecgraph.web

WEB = Path(apecgraph.web.__path__[0])


@pytest.mark.parametrize("room", ["lists", "pages", "things"])
def test_a_page_class_and_its_template_bear_the_name_of_their_module(room: str) -> None:
    templates = set()
    for item in pkgutil.iter_modules([str(WEB / room)]):
        module = importlib.import_module(f"apecgraph.web.{room}.{item.name}")
        own = [each for each in vars(module).values() if has_template(each, module.__name__)]
        template = [vars(each)["template"] for each in own]
        assert template in ([], [f"{room}/{item.name}.html"])
        templates.update(template)
    assert templates == {
        f"{room}/{path.name}" for path in (WEB / "templates" / room).glob("*.html")
    }


def has_template(item: object, module: str) -> bool:
    return isinstance(item, type) and item.__module__ == module and "template" in vars(item)
