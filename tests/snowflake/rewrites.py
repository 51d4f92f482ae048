"""Changes of a parsed statement, so that the engine gives the answer that Snowflake gives.

Owns the changes themselves. Which there are, and why, is in `rules.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from cells import Answer, counted
from faults import Refused, unsupported

if TYPE_CHECKING:
    from session import Session

DIVIDE = "_fs_global._fs_information_schema.standin_divide"
DIVIDE_SQL = (
    f"create macro if not exists {DIVIDE}(a, b) as case when b = 0 then error('Division by zero') else a / b end"
)
MERGED = 0x3400
SAID_OF_COLUMNS = (exp.CommentColumnConstraint, exp.MaskingPolicyColumnConstraint, exp.Tags)
KEYS = (exp.PrimaryKeyColumnConstraint, exp.UniqueColumnConstraint, exp.Reference)


def divide(_session: Session, expression: exp.Expression) -> exp.Expression:
    def change(node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.Div) or _not_zero(node.expression):
            return node
        return exp.Anonymous(this=DIVIDE, expressions=[node.this, node.expression])

    return expression.transform(change)


def _not_zero(divisor: exp.Expression) -> bool:
    return isinstance(divisor, exp.Literal) and not divisor.is_string and float(divisor.this) != 0


def whole_texts(_session: Session, expression: exp.Expression) -> exp.Expression:
    def change(node: exp.Expression) -> exp.Expression:
        both = (node.this, node.expression) if isinstance(node, exp.DPipe) else ()
        if both and all(isinstance(one, exp.Literal) and one.is_string for one in both):
            return exp.Literal.string("".join(one.this for one in both))
        return node

    return expression.transform(change)


# Elements of Snowflake's formats of moments, longest first, and strftime's.
MOMENTS = {
    "YYYY": "%Y",
    "MMMM": "%B",
    "HH24": "%H",
    "HH12": "%I",
    "MON": "%b",
    "FF3": "%g",
    "FF6": "%f",
    "FF9": "%n",
    "YY": "%y",
    "MM": "%m",
    "DD": "%d",
    "DY": "%a",
    "AM": "%p",
    "PM": "%p",
    "MI": "%M",
    "SS": "%S",
    "FF": "%n",
}
ELEMENT = re.compile("|".join(MOMENTS), re.IGNORECASE)


def written_moments(_session: Session, expression: exp.Expression) -> exp.Expression:
    """Moments as texts: the parser drops formats where it does not know that something is a moment."""

    def change(node: exp.Expression) -> exp.Expression:
        form = node.args.get("format") if isinstance(node, (exp.ToChar, exp.TimeToStr)) else None
        if form is None:
            return node
        if not isinstance(form, exp.Literal) or not ("%" in form.this or ELEMENT.search(form.this)):
            raise unsupported(f"the format {form.sql(dialect='snowflake')}")
        # What the parser has translated already takes days without a zero before them.
        read = form.this.replace("%-d", "%d") if "%" in form.this else ELEMENT.sub(_element, form.this)
        return exp.Anonymous(this="strftime", expressions=[node.this, exp.Literal.string(read)])

    return expression.transform(change)


def _element(found: re.Match[str]) -> str:
    return MOMENTS[found[0].upper()]


def counts(_session: Session, expression: exp.Expression) -> exp.Expression:
    def change(node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.CountIf):
            return node
        return exp.Count(this=exp.Case().when(node.this, exp.Literal.number(1)))

    return expression.transform(change)


def truncated_dates(_session: Session, expression: exp.Expression) -> exp.Expression:
    def change(node: exp.Expression) -> exp.Expression:
        if isinstance(node, (exp.DateTrunc, exp.TimestampTrunc)) and isinstance(
            node.this, (exp.Cast, exp.TsOrDsToDate)
        ):
            is_date = isinstance(node.this, exp.TsOrDsToDate) or node.this.is_type(exp.DataType.Type.DATE)
            if is_date and not isinstance(node.parent, exp.Cast):
                return exp.cast(node, exp.DataType.Type.DATE)
        return node

    return expression.transform(change)


def plain_temporary(_session: Session, expression: exp.Expression) -> exp.Expression:
    return _without(expression, exp.TemporaryProperty)


def plain_comment(_session: Session, expression: exp.Expression) -> exp.Expression:
    return _without(expression, exp.SchemaCommentProperty)


def _without(expression: exp.Expression, kind: type[exp.Expression]) -> exp.Expression:
    properties = expression.args.get("properties") if isinstance(expression, exp.Create) else None
    if properties is None or not any(isinstance(one, kind) for one in properties.expressions):
        return expression
    expression = expression.copy()
    kept = [one for one in expression.args["properties"].expressions if not isinstance(one, kind)]
    expression.set("properties", exp.Properties(expressions=kept) if kept else None)
    return expression


def plain_columns(_session: Session, expression: exp.Expression) -> exp.Expression:
    """Columns without comments, policies and tags, which are set when the relation is there."""
    if not isinstance(expression, exp.Create) or not isinstance(expression.this, exp.Schema):
        return expression
    expression = expression.copy()
    for column in expression.this.find_all(exp.ColumnDef):
        constraints = column.args.get("constraints") or []
        column.set("constraints", [one for one in constraints if not isinstance(one.args.get("kind"), SAID_OF_COLUMNS)])
    return expression


def without_keys(_session: Session, expression: exp.Expression) -> exp.Expression:
    """Keys of tables are told of, and rows are not held against them."""
    if not isinstance(expression, exp.Create) or not isinstance(expression.this, exp.Schema):
        return expression
    expression = expression.copy()
    for column in expression.this.find_all(exp.ColumnDef):
        column.set(
            "constraints",
            [one for one in column.args.get("constraints") or [] if not isinstance(one.args.get("kind"), KEYS)],
        )
    tables = (exp.PrimaryKey, exp.ForeignKey, exp.UniqueColumnConstraint)
    kept = []
    for one in expression.this.expressions:
        if isinstance(one, exp.Constraint):
            one.set("expressions", [part for part in one.expressions if not isinstance(part, tables)])
            if not one.expressions:
                continue
        if not isinstance(one, tables):
            kept.append(one)
    expression.this.set("expressions", kept)
    return expression


def surroundings(session: Session, expression: exp.Expression) -> exp.Expression:
    """What a statement may ask of the session it runs in."""
    known = {
        "CURRENT_WAREHOUSE": session.warehouse,
        "CURRENT_ROLE": session.role,
        "CURRENT_USER": session.user,
        "CURRENT_ACCOUNT": "STANDIN",
        "CURRENT_ACCOUNT_NAME": "STANDIN",
        "CURRENT_ORGANIZATION_NAME": "MARTLET",
        "CURRENT_REGION": "LOOPBACK",
        "CURRENT_SESSION": str(session.number),
        "LAST_QUERY_ID": session.last_query,
    }

    def change(node: exp.Expression) -> exp.Expression:
        name = (
            node.name.upper()
            if isinstance(node, exp.Anonymous)
            else node.sql_name()
            if isinstance(node, exp.Func)
            else ""
        )
        if name not in known:
            return node
        value = known[name]
        return exp.Null() if value is None else exp.Literal.string(value)

    return expression.transform(change)


def headings(_session: Session, expression: exp.Expression) -> exp.Expression:
    """Columns without a name are called by their own text, in capitals."""
    if not isinstance(expression, exp.Select):
        return expression
    named = []
    for one in expression.expressions:
        plain = isinstance(one, (exp.Alias, exp.Column, exp.Star)) or one.is_star or bool(one.alias)
        named.append(one if plain else exp.alias_(one.copy(), one.sql(dialect="snowflake").upper(), quoted=True))
    expression = expression.copy()
    expression.set("expressions", named)
    return expression


def merge(session: Session, expression: exp.Merge) -> Answer:
    """Merges in the engine's own way, and counts what became of rows."""
    _refuse_two_rows_for_one(session, expression)
    clauses = {_action(one) for one in expression.args["whens"].expressions}
    done = session.duckdb.execute(expression.sql(dialect="duckdb") + " returning merge_action").fetchall()
    words = {"INSERT": "inserted", "UPDATE": "updated", "DELETE": "deleted"}
    counts = {
        f"number of rows {word}": sum(1 for (action,) in done if action == name)
        for name, word in words.items()
        if name in clauses
    }
    return counted(counts, MERGED)


def _action(when: exp.When) -> str:
    then = when.args["then"]
    return "INSERT" if isinstance(then, exp.Insert) else "UPDATE" if isinstance(then, exp.Update) else "DELETE"


def _refuse_two_rows_for_one(session: Session, expression: exp.Merge) -> None:
    """A row that two rows would update is refused: which of them came last would be chance."""
    whens = [
        one for one in expression.args["whens"].expressions if one.args.get("matched") and _action(one) == "UPDATE"
    ]
    if not whens:
        return
    target, source = expression.this.copy(), expression.args["using"].copy()
    row = f"{target.args['alias'].this.sql(dialect='duckdb') if target.args.get('alias') else target.this.sql(dialect='duckdb')}.rowid"
    query = exp.select("1").from_(target).join(source, on=expression.args["on"].copy())
    conditions = [one.args["condition"].copy() for one in whens if one.args.get("condition")]
    if len(conditions) == len(whens):
        query = query.where(exp.or_(*conditions))
    sql = query.sql(dialect="duckdb") + f" group by {row} having count(*) > 1 limit 1"
    if session.duckdb.execute(sql).fetchone():
        raise Refused("100090", "42P18", "Duplicate row detected during DML action")
