{#-
    The quotient of two whole numbers as an exact decimal, rounded half away from zero; null over nothing.
    Decimals divide as floats on DuckDB, which turns a tie either way by thread order; integers do not.
-#}
{% macro exact_ratio(numerator, denominator, digits) -%}
    {%- set scale = 10 ** digits -%}
    {%- set doubled = "2 * " ~ scale ~ " * abs(" ~ numerator ~ ") + (" ~ denominator ~ ")" -%}
    {%- set divisor = "nullif(2 * (" ~ denominator ~ "), 0)" -%}
    cast(
        case when {{ numerator }} < 0 then -1 else 1 end * cast({{ whole_quotient(doubled, divisor) }} as decimal(28, 0))
        * {{ "0." ~ "0" * (digits - 1) ~ "1" }}
        as decimal(18, {{ digits }})
    )
{%- endmacro %}
