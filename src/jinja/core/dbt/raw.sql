{# Tables of raw data: every column a text, rows as they stand in a CSV file. `load` calls these. #}

{# Makes an empty table with columns of these names, which are quoted already. (dispatched) #}
{% macro create_raw_table(relation, columns) -%}
    {{ return(adapter.dispatch('create_raw_table', 'dbt')(relation, columns)) }}
{%- endmacro %}

{% macro default__create_raw_table(relation, columns) -%}
    {% call statement('create_raw_table', auto_begin=false) -%}
        create or replace table {{ relation }} (
        {%- for column in columns %}
            {{ column }} {{ api.Column.translate_type('string') }}{{ ',' if not loop.last }}
        {%- endfor %}
        )
    {%- endcall %}
{%- endmacro %}

{# What fills a table from a file in one statement; nothing where rows have to be sent. `stage` is where the database has
   the folder itself, if it does. (dispatched) #}
{% macro copy_raw_file_sql(relation, columns, path, stage) -%}
    {{ return(adapter.dispatch('copy_raw_file_sql', 'dbt')(relation, columns, path, stage)) }}
{%- endmacro %}

{% macro default__copy_raw_file_sql(relation, columns, path, stage) -%}
    {{ return('') }}
{%- endmacro %}

{# Puts a table that was loaded beside another in its place: at no moment is there none, or half of one. (dispatched) #}
{% macro replace_raw_table(relation, loaded) -%}
    {{ return(adapter.dispatch('replace_raw_table', 'dbt')(relation, loaded)) }}
{%- endmacro %}

{% macro default__replace_raw_table(relation, loaded) -%}
    {% call statement('drop_old_raw_table') -%}
        drop table if exists {{ relation }}
    {%- endcall %}
    {% call statement('rename_raw_table') -%}
        alter table {{ loaded }} rename to {{ adapter.quote(relation.identifier) }}
    {%- endcall %}
    {%- do adapter.commit() -%}
{%- endmacro %}

{# Drops what was loaded when it cannot take its place. #}
{% macro drop_raw_table(relation) -%}
    {%- do run_query('drop table if exists ' ~ relation) -%}
{%- endmacro %}
