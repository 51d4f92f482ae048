{# DuckDB's spelling of the cross-database expressions. #}
{% macro duckdb__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- if datepart | lower == 'week' -%}
        ({{ from_date_or_timestamp }} + cast({{ interval }} as bigint) * 7 * interval 1 day)
    {%- elif datepart | lower == 'quarter' -%}
        ({{ from_date_or_timestamp }} + cast({{ interval }} as bigint) * 3 * interval 1 month)
    {%- else -%}
        ({{ from_date_or_timestamp }} + cast({{ interval }} as bigint) * interval 1 {{ datepart }})
    {%- endif -%}
{%- endmacro %}
{% macro duckdb__datediff(first_date, second_date, datepart) -%}
    (date_diff('{{ datepart }}', {{ first_date }}::timestamp, {{ second_date }}::timestamp))
{%- endmacro %}
{% macro duckdb__any_value(expression) -%}
    arbitrary({{ expression }})
{%- endmacro %}
