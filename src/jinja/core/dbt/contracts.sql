{# Contracts: the columns and constraints that a model promises, checked before it is built. #}

{# `(name type constraint, ..., constraint, ...)` of a model with a contract. (dispatched) #}
{%- macro get_table_columns_and_constraints() -%}
    {{ adapter.dispatch('get_table_columns_and_constraints', 'dbt')() }}
{%- endmacro -%}

{% macro default__get_table_columns_and_constraints() -%}
    {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{% macro table_columns_and_constraints() %}
    {%- set lines = adapter.render_raw_columns_constraints(raw_columns=model['columns'])
        + adapter.render_raw_model_constraints(raw_constraints=model['constraints']) -%}
    (
        {{ lines | join(',\n        ') }}
    )
{% endmacro %}

{# Stops when a query has other columns than the contract; writes nothing. (dispatched) #}
{%- macro get_assert_columns_equivalent(sql) -%}
    {{ adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql) }}
{%- endmacro -%}

{% macro default__get_assert_columns_equivalent(sql) -%}
    {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{% macro assert_columns_equivalent(sql) %}
    {%- set promised = model['columns'] -%}
    {%- for column in promised.values() if not column['data_type'] -%}
        {%- do exceptions.raise_compiler_error('the contract gives the column `' ~ column['name'] ~ '` no data_type') -%}
    {%- endfor -%}
    {%- set found = get_column_schema_from_query(sql, config.get('sql_header', none)) -%}
    {%- set wanted = get_column_schema_from_query(get_empty_schema_sql(promised)) -%}
    {%- set found_columns = format_columns(found) -%}
    {%- set wanted_columns = format_columns(wanted) -%}
    {%- if found_columns | length != wanted_columns | length -%}
        {%- do exceptions.raise_contract_error(wanted_columns, found_columns) -%}
    {%- endif -%}
    {%- for column in found_columns if column not in wanted_columns -%}
        {%- do exceptions.raise_contract_error(wanted_columns, found_columns) -%}
    {%- endfor -%}
{% endmacro %}

{# Columns as dicts of name, data_type and both written together. (dispatched) #}
{% macro format_columns(columns) %}
    {% set formatted = [] %}
    {% for column in columns %}
        {% do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) %}
    {% endfor %}
    {{ return(formatted) }}
{% endmacro %}

{% macro default__format_column(column) -%}
    {% set data_type = column.dtype %}
    {% do return({'name': column.column, 'data_type': data_type, 'formatted': column.column | lower ~ ' ' ~ data_type}) %}
{%- endmacro %}

{# The query with its columns in the contract's order. (dispatched) #}
{%- macro get_select_subquery(sql) -%}
    {{ adapter.dispatch('get_select_subquery', 'dbt')(sql) }}
{%- endmacro -%}

{% macro default__get_select_subquery(sql) %}
    select {{ adapter.dispatch('get_column_names', 'dbt')() }}
    from (
        {{ sql }}
    ) as model_subq
{% endmacro %}

{# The names of the contract's columns, quoted where it says so. (dispatched) #}
{%- macro get_column_names() -%}
    {{ adapter.dispatch('get_column_names', 'dbt')() }}
{%- endmacro -%}

{% macro default__get_column_names() %}
    {%- set names = [] -%}
    {%- for column in model['columns'].values() -%}
        {%- do names.append(adapter.quote(column['name']) if column.get('quote', none) else column['name']) -%}
    {%- endfor -%}
    {{ return(names | join(', ')) }}
{% endmacro %}
