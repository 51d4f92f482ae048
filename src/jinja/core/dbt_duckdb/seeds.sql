{# DuckDB reads a seed's file itself, unless the seed says `fast: false`. #}

{# Columns with their types, the number of rows, and two sums over the rows, which no two tables have alike. #}
{% macro duckdb__get_seed_fingerprint_sql(relation) -%}
    select
        (select string_agg(name || ' ' || type, ', ' order by cid) from pragma_table_info('{{ relation | string | replace("'", "''") }}')),
        count(*),
        bit_xor(hash(seed)),
        sum(hash(seed))
    from {{ relation }} as seed
{%- endmacro %}

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
    {%- set load_sql -%}
        {%- if seed_query is defined -%}
        insert into {{ this.render() }} ({{ get_seed_column_quoted_csv(model, agate_table.column_names) }})
        {{ seed_query() }}
        {%- else -%}
        {#- Whoever calls this outside of a seed's own run has a file that nobody has looked at. -#}
        COPY {{ this.render() }} FROM '{{ adapter.get_seed_file_path(model) | replace("'", "''") }}' (FORMAT CSV, HEADER TRUE, DELIMITER '{{ config.get('delimiter', ',') }}')
        {%- endif -%}
    {%- endset -%}
    {%- do adapter.add_query(load_sql, abridge_sql_log=true) -%}
    {{ return(load_sql) }}
{%- endmacro %}
