"""Pieces of statements that rules look for: names, options, texts in quotes.

Owns the patterns. Knows nothing of sessions.
"""

from __future__ import annotations

import re

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.tokens import Token

PART = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
NAME = rf"{PART}(?:\s*\.\s*{PART}){{0,2}}"
KIND = r"(?:dynamic\s+table|materialized\s+view|external\s+table|iceberg\s+table|table|view)"
OPEN = {TokenType.L_PAREN, TokenType.L_BRACKET}
CLOSE = {TokenType.R_PAREN, TokenType.R_BRACKET}


def pattern(text: str) -> re.Pattern[str]:
    """Compiles a pattern in which blanks stand for any white space, NAME for a name and KIND for a kind of relation."""
    for word, meaning in (("NAME", NAME), ("KIND", KIND)):
        text = re.sub(rf"<(\w+):{word}>", lambda found, meaning=meaning: f"(?P<{found[1]}>{meaning})", text)
    return re.compile(text.replace(" ", r"\s+"), re.IGNORECASE | re.DOTALL)


def tokens(text: str) -> list[Token]:
    return sqlglot.tokenize(text, read="snowflake")


def parts(text: str) -> list[str]:
    """Splits at the commas that stand in no parentheses."""
    found, depth, start = [], 0, 0
    for token in tokens(text):
        depth += (token.token_type in OPEN) - (token.token_type in CLOSE)
        if token.token_type == TokenType.COMMA and depth == 0:
            found.append(text[start : token.start].strip())
            start = token.end + 1
    return [*found, text[start:].strip()]


def before_query(text: str) -> tuple[str, str]:
    """Splits at the first `as` that stands in no parentheses: what is defined, and the query."""
    depth = 0
    for token in tokens(text):
        depth += (token.token_type in OPEN) - (token.token_type in CLOSE)
        if token.token_type == TokenType.ALIAS and depth == 0:
            return text[: token.start].strip(), text[token.end + 1 :].strip()
    return text.strip(), ""


def options(text: str) -> dict[str, str]:
    """Reads `key = value` wherever it stands outside parentheses: keys in capitals, values without their quotes."""
    found, depth, all_tokens = {}, 0, tokens(text)
    for index, token in enumerate(all_tokens):
        depth += (token.token_type in OPEN) - (token.token_type in CLOSE)
        if depth == 0 and token.token_type == TokenType.EQ and 0 < index < len(all_tokens) - 1:
            key = text[all_tokens[index - 1].start : all_tokens[index - 1].end + 1]
            found[key.strip('"').upper()] = all_tokens[index + 1].text
    return found


def unquoted(text: str) -> str:
    """Reads one text in quotes or dollars."""
    return tokens(text)[0].text


def folded(part: exp.Expression) -> str:
    """A part of a name as it is stored: in capitals unless quoted."""
    return part.name if part.args.get("quoted") else part.name.upper()


def quoted(name: tuple[str, ...]) -> str:
    """A whole name with each part in quotes."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in name)
