{# Snowflake's strategies of incremental models. A statement is a transaction of its own; several are put into one. #}

{% materialization incremental, adapter='snowflake' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set rebuild = existing is none or not existing.is_table or should_full_refresh() -%}
    {{ run_hooks(pre_hooks) }}
    {%- if rebuild -%}
        {%- do _snowflake_build(existing, target, compiled_code) -%}
    {%- else -%}
        {%- do _snowflake_put_rows_in(existing, target, compiled_code) -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing if existing is not none and existing.is_table else none, full_refresh_mode=rebuild)) -%}
    {%- do persist_docs(target, model, for_relation=not rebuild, for_columns=not (rebuild and _snowflake_lists_columns())) -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Puts the rows of this run into the table that is there. #}
{% macro _snowflake_put_rows_in(existing, target, compiled_code) %}
    {%- set key, strategy = config.get('unique_key'), config.get('incremental_strategy') or 'default' -%}
    {%- set strategy_macro = adapter.get_incremental_strategy_macro(context, strategy) -%}
    {%- set kept_as = dbt_snowflake_get_tmp_relation_type(strategy, key, model['language']) -%}
    {%- set temporary = make_temp_relation(this).incorporate(type='view' if kept_as == 'view' else 'table') -%}
    {% call statement('create_tmp_relation', language=model['language']) -%}
        {% if kept_as == 'view' -%}
            {{ snowflake__create_view_as_with_temp_flag(temporary, compiled_code, true) }}
        {%- else -%}
            {{ create_table_as('transient' if kept_as == 'transient' else true, temporary, compiled_code, model['language']) }}
        {%- endif %}
    {%- endcall %}
    {%- do adapter.expand_target_column_types(from_relation=temporary, to_relation=target) -%}
    {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
    {%- set dest_columns = process_schema_changes(on_schema_change, temporary, existing)
        or adapter.get_columns_in_relation(existing) -%}
    {% call statement('main') -%}
        {{ strategy_macro({
            'target_relation': target, 'temp_relation': temporary, 'unique_key': key, 'dest_columns': dest_columns,
            'incremental_predicates': config.get('predicates', none) or config.get('incremental_predicates', none)}) }}
    {%- endcall %}
    {%- do adapter.drop_relation(temporary) -%}
{% endmacro %}

{% macro snowflake__get_incremental_default_sql(arg_dict) %}
    {% do return(get_incremental_merge_sql(arg_dict)) %}
{% endmacro %}

{# Without a key there is nothing to delete, and one statement is left. #}
{% macro snowflake__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) %}
    {% set dml = default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) %}
    {% do return(snowflake_dml_explicit_transaction(dml) if unique_key else dml) %}
{% endmacro %}

{# A merge that matches no row would be an insert, and is written as one. #}
{% macro snowflake__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- if unique_key -%}
        {{ default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) }}
    {%- else -%}
        {{ config.get('sql_header', none) or '' }}
        {{ get_insert_into_sql(target, source, dest_columns) }}
    {%- endif -%}
{%- endmacro %}

{# Replaces all rows of the table. #}
{% macro snowflake__get_incremental_insert_overwrite_sql(arg_dict) %}
    {% do return(snowflake__get_insert_overwrite_sql(
        arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) %}
{% endmacro %}

{# Columns are named, so that their order does not matter. #}
{% macro snowflake__get_insert_overwrite_sql(target, source, dest_columns) -%}
    {%- set names = get_quoted_csv(config.get('overwrite_columns') or dest_columns | map(attribute='name')) -%}
    {{ config.get('sql_header', none) or '' }}
    insert overwrite into {{ target.render() }} ({{ names }})
    select {{ names }}
    from {{ source.render() }}
{%- endmacro %}

{# A batch's rows are deleted, then inserted. #}
{% macro snowflake__get_incremental_microbatch_sql(arg_dict) %}
    {%- set start, end = _batch_bounds() -%}
    {%- set event_time = 'DBT_INTERNAL_TARGET.' ~ config.get('event_time') -%}
    {%- set conditions = [] + (arg_dict.get('incremental_predicates') or []) -%}
    {%- if start -%}{%- do conditions.append(event_time ~ " >= to_timestamp_tz('" ~ start ~ "')") -%}{%- endif -%}
    {%- if end -%}{%- do conditions.append(event_time ~ " < to_timestamp_tz('" ~ end ~ "')") -%}{%- endif -%}
    {%- set dml -%}
        delete from {{ arg_dict['target_relation'] }} DBT_INTERNAL_TARGET
        where (
            {{ conditions | join(' and ') }}
        );
        {{ get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns']) }}
    {%- endset -%}
    {% do return(snowflake_dml_explicit_transaction(dml)) %}
{% endmacro %}

{# Statements that change rows, in a transaction of their own. #}
{% macro snowflake_dml_explicit_transaction(dml) -%}
    begin;
    {{ dml }};
    commit;
{%- endmacro %}

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
