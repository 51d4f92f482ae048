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
    {#- Outside of a seed there is no file to read. -#}
    {%- if not config.get('fast', true) or seed_query is not defined -%}
        {{ return(default__load_csv_rows(model, agate_table)) }}
    {%- endif -%}
    {%- set load_sql -%}
        insert into {{ this.render() }} ({{ get_seed_column_quoted_csv(model, agate_table.column_names) }})
        {{ seed_query() }}
    {%- endset -%}
    {%- do adapter.add_query(load_sql, abridge_sql_log=true) -%}
    {{ return(load_sql) }}
{%- endmacro %}
