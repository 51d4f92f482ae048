{# DuckDB's comments and grants. #}

{# A text between marks that it does not hold. #}
{% macro duckdb_escape_comment(comment) -%}
    {%- if comment is not string -%}
        {%- do exceptions.raise_compiler_error('a comment is a text, not: ' ~ comment) -%}
    {%- endif -%}
    {%- set mark = '$dbt_comment_literal_block$' -%}
    {%- if mark in comment -%}
        {%- do exceptions.raise_compiler_error('a comment cannot hold ' ~ mark) -%}
    {%- endif -%}
    {{ mark }}{{ comment }}{{ mark }}
{%- endmacro %}

{% macro duckdb__alter_relation_comment(relation, comment) -%}
    comment on {{ relation.type }} {{ relation }} is {{ duckdb_escape_comment(comment) }};
{%- endmacro %}

{# One statement for each column that is there. #}
{% macro duckdb__alter_column_comment(relation, column_dict) -%}
    {%- set present = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- for name, column in column_dict.items() if name in present %}
        comment on column {{ relation }}.{{ adapter.quote(name) if column['quote'] else name }} is {{ duckdb_escape_comment(column['description']) }};
    {%- endfor %}
{%- endmacro %}

{# There are no users to grant anything to. #}
{% macro duckdb__apply_grants(relation, grant_config, should_revoke=true) %}
    {%- if grant_config -%}
        {%- do adapter.warn_once('DuckDB has no users: grants are left out') -%}
    {%- endif -%}
{% endmacro %}
