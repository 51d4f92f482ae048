{# Snowflake's snapshots: the standard merge. #}

{# A merge would be for good at once: it is looked at within a transaction. The first table is made by a statement that no
   transaction holds. #}
{% macro snowflake__build_checked_snapshot(final_sql, target, strategy, columns, found) -%}
    {%- if found -%}
        {%- do run_query('begin') -%}
    {%- endif -%}
    {%- do default__build_checked_snapshot(final_sql, target, strategy, columns, found) -%}
    {%- if found -%}
        {%- do run_query('commit') -%}
    {%- endif -%}
{%- endmacro %}
