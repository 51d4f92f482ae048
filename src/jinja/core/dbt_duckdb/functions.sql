{# User-defined functions: DuckDB's macros. dbt Core sends `create function ... returns`, which DuckDB does not know. #}

{# A function of one value: an expression of its arguments, or a query of one row. #}
{% macro duckdb__scalar_function_sql(target_relation) %}
    {{ duckdb__create_macro(target_relation) }}
{% endmacro %}

{# A function of many values: an expression over aggregates. #}
{% macro duckdb__aggregate_function_sql(target_relation) %}
    {{ duckdb__create_macro(target_relation) }}
{% endmacro %}

{# The result is made the type that it is said to have. #}
{% macro duckdb__create_macro(target_relation) %}
    create or replace macro {{ target_relation.render() }}({{ duckdb__macro_arguments() }}) as (
        cast((
            {{ model.compiled_code }}
        ) as {{ model.returns.data_type }})
    )
{% endmacro %}

{# The arguments, and what they are when they are left out. Databases of old storage versions take no types of them. #}
{% macro duckdb__macro_arguments() %}
    {%- set arguments = [] -%}
    {%- for argument in model.arguments -%}
        {%- set default = '' if argument.default_value is none else ' := ' ~ argument.default_value -%}
        {%- do arguments.append(argument.name ~ default) -%}
    {%- endfor -%}
    {{ return(arguments | join(', ')) }}
{% endmacro %}
