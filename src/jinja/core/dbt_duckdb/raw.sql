{# DuckDB reads the file itself. #}

{% macro duckdb__copy_raw_file_sql(relation, columns, path, stage) -%}
    insert into {{ relation }}
    select * from read_csv(
        '{{ path | replace("'", "''") }}', all_varchar = true, header = true, skip = 0, delim = ',', quote = '"',
        escape = '"', comment = '')
{%- endmacro %}
