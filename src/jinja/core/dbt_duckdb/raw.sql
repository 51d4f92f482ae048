{# DuckDB reads the file itself; but a blank line in a file of one column, which is no row, would be one to it. #}

{% macro duckdb__copy_raw_file_sql(relation, columns, path, stage) -%}
    {%- if columns | length == 1 -%}{{ return('') }}{%- endif -%}
    insert into {{ relation }}
    select * from read_csv(
        '{{ path | replace("'", "''") }}', all_varchar = true, header = true, skip = 0, delim = ',', quote = '"',
        escape = '"', comment = '')
{%- endmacro %}
