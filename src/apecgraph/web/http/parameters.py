"""The parameters of a request, read strictly."""

from __future__ import annotations

from collections.abc import Mapping

from apecgraph.errors import MalformedRequest
from apecgraph.query.protocol import decode_form


def read_parameters(
    query_string: bytes, body: bytes = b"", encoding: str = "utf-8"
) -> dict[str, str]:
    """Read the parameters of a request.

    Args:
        query_string: The query of the URL.
        body: The body of a form.
        encoding: The codec of the body.

    Returns:
        A dict from names to values, in the order of the request.

    Raises:
        MalformedRequest: A parameter is repeated, or something is not properly encoded.
    """
    parameters: dict[str, str] = {}
    for name, value in decode_form(query_string) + decode_form(body, encoding):
        if name in parameters:
            raise MalformedRequest("%(name)s: this parameter is repeated; give it once.", name=name)
        parameters[name] = value
    return parameters


def read_number(
    parameters: Mapping[str, str], name: str, *, digits: int, least: int = 0
) -> int | None:
    """Read a parameter that is a whole number.

    Args:
        parameters: All parameters.
        name: Name of the parameter.
        digits: Number of digits that it may have.
        least: The smallest number allowed.

    Returns:
        The number, or None if the parameter is missing or empty.

    Raises:
        MalformedRequest: The parameter is not such a number.
    """
    text = parameters.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= digits and int(text) >= least):
        raise MalformedRequest(
            "%(name)s must be a whole number from %(least)s, of at most %(digits)s digits.",
            name=name,
            least=least,
            digits=digits,
        )
    return int(text)
