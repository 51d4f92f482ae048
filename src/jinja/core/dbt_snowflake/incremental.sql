{# Snowflake's strategies of incremental models: each in a transaction of its own. #}

{% macro snowflake__get_incremental_default_sql(arg_dict) %}
    {% do return(get_incremental_merge_sql(arg_dict)) %}
{% endmacro %}

{% macro snowflake__get_incremental_append_sql(arg_dict) %}
    {% do return(snowflake_dml_explicit_transaction(default__get_incremental_append_sql(arg_dict))) %}
{% endmacro %}

{% macro snowflake__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) %}
    {% set dml = default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) %}
    {% do return(snowflake_dml_explicit_transaction(dml)) %}
{% endmacro %}

{# A merge that matches no row would be an insert, and is written as one. #}
{% macro snowflake__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- if unique_key -%}
        {%- set dml = default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- else -%}
        {%- set dml = (config.get('sql_header', none) or '') ~ get_insert_into_sql(target, source, dest_columns) -%}
    {%- endif -%}
    {%- do return(snowflake_dml_explicit_transaction(dml)) -%}
{%- endmacro %}

{# Replaces all rows of the table. #}
{% macro snowflake__get_incremental_insert_overwrite_sql(arg_dict) %}
    {% do return(snowflake__get_insert_overwrite_sql(
        arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) %}
{% endmacro %}

{% macro snowflake__get_insert_overwrite_sql(target, source, dest_columns) -%}
    {%- set dml -%}
        {{ config.get('sql_header', none) or '' }}
        insert overwrite into {{ target.render() }}
        {{ '(' ~ get_quoted_csv(config.get('overwrite_columns')) ~ ')' if config.get('overwrite_columns') }}
        select {{ get_quoted_csv(config.get('overwrite_columns')) if config.get('overwrite_columns') else '*' }}
        from {{ source.render() }}
    {%- endset -%}
    {%- do return(snowflake_dml_explicit_transaction(dml)) -%}
{%- endmacro %}

{# A batch's rows are deleted, then inserted. #}
{% macro snowflake__get_incremental_microbatch_sql(arg_dict) %}
    {%- set start, end = _batch_bounds() -%}
    {%- set event_time = 'DBT_INTERNAL_TARGET.' ~ config.get('event_time') -%}
    {%- set conditions = [] + (arg_dict.get('incremental_predicates') or []) -%}
    {%- if start -%}{%- do conditions.append(event_time ~ " >= to_timestamp_tz('" ~ start ~ "')") -%}{%- endif -%}
    {%- if end -%}{%- do conditions.append(event_time ~ " < to_timestamp_tz('" ~ end ~ "')") -%}{%- endif -%}
    delete from {{ arg_dict['target_relation'] }} DBT_INTERNAL_TARGET
    where (
        {{ conditions | join(' and ') }}
    );

    {{ get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns']) }}
{% endmacro %}

{# What the rows of a strategy are kept in for a moment: a view where they are read once, else a table. #}
{% macro dbt_snowflake_get_tmp_relation_type(strategy, unique_key, language) %}
    {%- set asked = config.get('tmp_relation_type') -%}
    {%- set once = strategy in ['default', 'merge', 'append', 'insert_overwrite'] -%}
    {%- if language != 'sql' -%}
        {{ return('table') }}
    {%- elif asked == 'table' or asked == 'transient' -%}
        {{ return(asked) }}
    {%- elif asked == 'view' and strategy in ['delete+insert', 'microbatch'] and unique_key is not none -%}
        {%- do exceptions.raise_compiler_error('`tmp_relation_type: view` cannot be had with ' ~ strategy ~ ' and a unique_key: its rows are read twice') -%}
    {%- elif asked == 'view' or once or unique_key is none -%}
        {{ return('view') }}
    {%- endif -%}
    {{ return('table') }}
{% endmacro %}
