{# DuckDB reads a seed's file itself, unless the seed says `fast: false`. #}

{% macro duckdb__get_binding_char() %}
    {{ return(adapter.get_binding_char()) }}
{% endmacro %}

{% macro duckdb__get_batch_size() %}
    {{ return(10000) }}
{% endmacro %}

{% macro duckdb__load_csv_rows(model, agate_table) -%}
    {%- if not config.get('fast', true) -%}
        {{ return(default__load_csv_rows(model, agate_table)) }}
    {%- endif -%}
    {%- set path = adapter.get_seed_file_path(model) -%}
    {%- set delimiter = config.get('delimiter', ',') -%}
    {%- set load_sql -%}
        COPY {{ this.render() }} FROM '{{ path | replace("'", "''") }}' (FORMAT CSV, HEADER TRUE, DELIMITER '{{ delimiter }}')
    {%- endset -%}
    {%- do adapter.add_query(load_sql, abridge_sql_log=true) -%}
    {{ return(load_sql) }}
{%- endmacro %}
