{# Snowflake's seeds: the first rows take the place of the old ones, so that nothing is emptied before. #}

{% macro snowflake__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
    {%- if full_refresh -%}
        {%- do adapter.drop_relation(old_relation) -%}
        {{ return(create_csv_table(model, agate_table)) }}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}

{# Rows go as literals in statements that each hold as many as they can. #}
{% macro snowflake__load_csv_rows(model, agate_table) %}
    {#- Whoever calls this outside of a seed's own run has the rows and no file. -#}
    {%- if send_seed_rows is not defined -%}
        {{ return(default__load_csv_rows(model, agate_table)) }}
    {%- endif -%}
    {%- set columns = get_seed_column_quoted_csv(model, agate_table.column_names) -%}
    {%- set target = this.render() ~ ' (' ~ columns ~ ')' -%}
    {{ return(send_seed_rows('insert overwrite into ' ~ target, 'insert into ' ~ target, get_batch_size())) }}
{% endmacro %}
