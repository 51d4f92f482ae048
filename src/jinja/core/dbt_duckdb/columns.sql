{# DuckDB's columns. #}

{# Types carry their digits; texts have no length. #}
{% macro duckdb__get_columns_in_relation(relation) -%}
    {% call statement('get_columns_in_relation', fetch_result=true, auto_begin=false) -%}
        select
            column_name,
            column_type as data_type,
            cast(null as bigint) as character_maximum_length,
            cast(null as bigint) as numeric_precision,
            cast(null as bigint) as numeric_scale
        from (describe {{ relation.render() }})
    {%- endcall %}
    {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}

{# A header is a statement of its own, which a query cannot hold. #}
{% macro duckdb__get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
    {%- if select_sql_header is not none -%}
        {%- do run_query(select_sql_header) -%}
    {%- endif -%}
    {{ default__get_empty_subquery_sql(select_sql) }}
{%- endmacro %}

{% macro duckdb__describe_query(sql) -%}
    {%- set columns = [] -%}
    {%- for row in run_query('describe (' ~ sql ~ ')') or [] -%}
        {%- do columns.extend(api.Column.create(row['column_name'], row['column_type']).flatten()) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{# One statement changes one column. #}
{% macro duckdb__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
    {% for column in add_columns or [] %}
        {% do run_query('alter ' ~ relation.type ~ ' ' ~ relation ~ ' add column ' ~ api.Relation.create(identifier=column.name) ~ ' ' ~ column.data_type) %}
    {% endfor %}
    {% for column in remove_columns or [] %}
        {% do run_query('alter ' ~ relation.type ~ ' ' ~ relation ~ ' drop column ' ~ api.Relation.create(identifier=column.name)) %}
    {% endfor %}
{%- endmacro %}

{# Texts have no length to widen. #}
{% macro duckdb__expand_column_types(from_relation, to_relation) %}
{% endmacro %}
