{# Snowflake's seeds: the first rows take the place of the old ones, so that nothing is emptied before. #}

{% macro snowflake__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {%- if full_refresh -%}
        {%- do adapter.drop_relation(old_relation) -%}
        {{ return(create_csv_table(model, agate_table)) }}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}

{% macro snowflake__load_csv_rows(model, agate_table) %}
    {%- set statements = [] -%}
    {%- do adapter.add_query('BEGIN', auto_begin=false) -%}
    {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
        {%- set bindings = [] -%}
        {%- for row in chunk -%}
            {%- do bindings.extend(row) -%}
        {%- endfor -%}
        {%- set word = 'insert overwrite into' if loop.first else 'insert into' -%}
        {%- set insert_sql = _insert_rows_sql(model, agate_table, chunk | length, word) -%}
        {%- do adapter.add_query(insert_sql, bindings=bindings, abridge_sql_log=true, auto_begin=false) -%}
        {%- do statements.append(insert_sql) -%}
    {%- endfor -%}
    {%- do adapter.add_query('COMMIT', auto_begin=false) -%}
    {{ return(statements[0]) }}
{% endmacro %}
