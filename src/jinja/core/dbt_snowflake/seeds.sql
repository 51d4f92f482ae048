{# Snowflake's seeds: the first rows take the place of the old ones, so that nothing is emptied before. #}

{% macro snowflake__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {%- if full_refresh -%}
        {{ return(_create_seed_table('create or replace table', model, agate_table)) }}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}

{# Rows go as literals in statements that each hold as many as they can. #}
{% macro snowflake__load_csv_rows(model, agate_table) %}
    {#- Whoever calls this outside of a seed's own run has the rows and no file. -#}
    {%- if send_seed_rows is not defined -%}
        {{ return(_snowflake_rows_at_hand(model, agate_table)) }}
    {%- endif -%}
    {%- set columns = get_seed_column_quoted_csv(model, agate_table.column_names) -%}
    {%- set target = this.render() ~ ' (' ~ columns ~ ')' -%}
    {{ return(send_seed_rows('insert overwrite into ' ~ target, 'insert into ' ~ target, get_batch_size())) }}
{% endmacro %}

{# Puts rows in the place of the old ones, all of them or none. #}
{% macro _snowflake_rows_at_hand(model, agate_table) %}
    {%- set statements = [] -%}
    {%- do adapter.add_query('begin', auto_begin=false) -%}
    {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
        {%- set bindings = [] -%}
        {%- for row in chunk -%}
            {%- do bindings.extend(row) -%}
        {%- endfor -%}
        {%- set word = 'insert overwrite into' if loop.first else 'insert into' -%}
        {%- do statements.append(_insert_rows_sql(model, agate_table, chunk | length, word)) -%}
        {%- do adapter.add_query(statements[-1], bindings=bindings, abridge_sql_log=true, auto_begin=false) -%}
    {%- endfor -%}
    {%- do adapter.add_query('commit', auto_begin=false) -%}
    {{ return(statements[0]) }}
{% endmacro %}
