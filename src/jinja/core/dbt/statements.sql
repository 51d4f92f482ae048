{# Running statements from templates, and the switches that a command line sets. #}

{# Runs the text of the block; keeps the answer under a name. Nothing happens while the project is read. #}
{% macro statement(name=none, fetch_result=false, auto_begin=true, language='sql') -%}
    {%- if execute -%}
        {%- set code = caller() -%}
        {%- if name == 'main' -%}
            {%- do write(code) -%}
        {%- endif -%}
        {%- set response, table = adapter.execute(code, auto_begin=auto_begin, fetch=fetch_result) -%}
        {%- if name is not none -%}
            {%- do store_result(name, response=response, agate_table=table) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# Keeps an answer under a name as if the text of the block had been run. #}
{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) -%}
    {%- set told = caller() -%}
    {%- if name == 'main' -%}
        {%- do write(told) -%}
    {%- endif -%}
    {%- if name is not none -%}
        {%- do store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) -%}
    {%- endif -%}
{%- endmacro %}

{# Runs a query; returns its table. #}
{% macro run_query(sql) %}
    {% call statement('run_query_statement', fetch_result=true, auto_begin=false) %}
        {{ sql }}
    {% endcall %}
    {# While the project is read there is no result, and what it lacks is undefined. #}
    {% do return(load_result('run_query_statement').table) %}
{% endmacro %}

{# Puts the text of the block before the statement that builds the model. #}
{% macro set_sql_header(config) -%}
    {%- do config.set('sql_header', caller()) -%}
{%- endmacro %}

{# Whether the model is built anew: the model says so, else the command line. #}
{% macro should_full_refresh() %}
    {% set configured = config.get('full_refresh') %}
    {% do return(flags.FULL_REFRESH if configured is none else configured) %}
{% endmacro %}

{# Whether failing rows are kept: the test says so, else the command line. #}
{% macro should_store_failures() %}
    {% set configured = config.get('store_failures') %}
    {% do return(flags.STORE_FAILURES if configured is none else configured) %}
{% endmacro %}

{# The old way to dispatch, which tells of the new one. #}
{% macro adapter_macro(name) -%}
    {%- set namespace, _, macro_name = ('.' ~ name).rpartition('.') -%}
    {%- do exceptions.raise_compiler_error(
        "adapter_macro('" ~ name ~ "') is gone: write adapter.dispatch('" ~ macro_name ~ "', macro_namespace='"
        ~ (namespace | replace('.', '') or project_name) ~ "')(" ~ varargs | join(', ') ~ ')') -%}
{%- endmacro %}
