"""The page of the API: all addresses, each with a form to try it and a command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote as quoted
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from apecgraph.errors import MalformedRequest
from apecgraph.web.api.description import Description
from apecgraph.web.http.parameters import read_parameters
from apecgraph.web.pages.documentation import FOLDER, Documentation
from apecgraph.web.pages.page import Page
from apecgraph.web.pages.site import ReleaseSite

_OPERATION: Final = "operation"
"""The parameter that names the operation whose address the page leads to."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the description, as the page shows it.

    Attributes:
        id: Its name.
        method: Its method, in capital letters.
        path: Its path, with its parameters in braces.
        summary: What it does.
        about: More about it, or "".
        fields: The parameters that a form has, as OpenAPI describes them: not those that may be
            repeated. Empty if the address has no other than its language.
        answers: The media types of its answers.
        example: An address; "" if the release lacks what the example is about.
        command: The command line that sends the example.
    """

    id: str
    method: str
    path: str
    summary: str
    about: str
    fields: Sequence[Mapping[str, Any]]
    answers: Sequence[str]
    example: str
    command: str


class ReferencePage(Page):
    """The operations by topic.

    Args:
        site: How the release is presented.
        description: The description of all paths.
        documentation: The documents, to which the page links.
    """

    template: ClassVar[str] = "api/reference.html"

    def __init__(
        self, site: ReleaseSite, description: Description, documentation: Documentation
    ) -> None:
        super().__init__(site)
        self._description = description
        self._documentation = documentation

    async def answer(self, request: Request) -> Response:
        """Answer a request with the page, or lead to the address that a form of the page makes.

        Args:
            request: The request.

        Returns:
            The page, 304 (Not Modified), or a redirect (303) if the request names an operation.

        Raises:
            MalformedRequest: There is no such operation, or a parameter of its path is missing.
        """
        sent = read_parameters(request.scope["query_string"])
        if not sent:
            return await self.respond(request, self.values)
        name = sent.pop(_OPERATION, "")
        for operation in self._operations():
            if operation.id == name and operation.method == "GET":
                return RedirectResponse(_address(operation, sent), 303)
        raise MalformedRequest(f"{_OPERATION}: there is no operation {name!r}; {FOLDER} lists all.")

    def values(self) -> Mapping[str, object]:
        """Return the operations of each topic."""
        document = self._description.document
        topics = []
        for tag in document["tags"]:
            operations = list(self._operations(tag["name"]))
            topics.append((tag["name"], tag["description"], operations))
        return {
            "topics": topics,
            "documents": list(self._documentation.documents.values()),
            "path": FOLDER,
        }

    def _operations(self, tag: str | None = None) -> Iterator[Operation]:
        for path, item in self._description.document["paths"].items():
            for method, operation in item.items():
                if tag is None or tag in operation["tags"]:
                    yield self._operation(path, method, operation)

    def _operation(self, path: str, method: str, described: Mapping[str, Any]) -> Operation:
        parameters = described.get("parameters", ())
        fields = [each for each in parameters if each["schema"].get("type") != "array"]
        example = _example(path, parameters)
        answers = list(described["responses"].get("200", {}).get("content", {}))
        bodies = described.get("requestBody", {}).get("content", {})
        command = f"curl -s {quoted(self.site.url + example)}"
        for media_type, body in bodies.items():
            if "example" in body:
                header = quoted(f"Content-Type: {media_type}")
                command += f" -H {header} -d {quoted(body['example'])}"
                break
        else:
            if len(answers) > 1 and "text/html" in answers:
                command += f" -H {quoted(f'Accept: {answers[0]}')}"
        return Operation(
            described["operationId"],
            method.upper(),
            path,
            described["summary"],
            described.get("description", ""),
            fields if any(each["name"] != "lang" for each in fields) else (),
            answers,
            example,
            command if example else "",
        )


def _example(path: str, parameters: Sequence[Mapping[str, Any]]) -> str:
    """Return the address of the example; empty if a parameter that it needs has none."""
    query = {}
    for each in parameters:
        if each["in"] == "path":
            if "example" not in each:
                return ""
            path = path.replace(f"{{{each['name']}}}", quote(each["example"]))
        elif "example" in each and each["name"] != "lang":
            query[each["name"]] = each["example"]
    return f"{path}?{urlencode(query, safe='/:')}" if query else path


def _address(operation: Operation, sent: Mapping[str, str]) -> str:
    """Return the address of an operation with the parameters that a form has sent."""
    path, query = operation.path, {name: value for name, value in sent.items() if value}
    for each in operation.fields:
        if each["in"] == "path":
            value = query.pop(each["name"], "")
            if not value:
                raise MalformedRequest(f"{each['name']}: it is empty; {each['description']}.")
            path = path.replace(f"{{{each['name']}}}", quote(value))
    return f"{path}?{urlencode(query, safe='/:')}" if query else path
