{# Incremental models: the first run builds the table, later runs put rows into it. #}

{% macro is_incremental() %}
    {% if not execute %}
        {% do return(false) %}
    {% endif %}
    {% set relation = load_cached_relation(this) %}
    {% do return(
        relation is not none
        and relation.type == 'table'
        and model.config.materialized == 'incremental'
        and not should_full_refresh()
    ) %}
{% endmacro %}

{% materialization incremental, default %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set rebuild = should_full_refresh() or existing is none or existing.type != 'table' -%}
    {%- if rebuild -%}
        {{ return(swap_in('table')) }}
    {%- endif -%}

    {%- set temporary = make_temp_relation(target) -%}
    {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
    {%- do drop_relation_if_exists(load_cached_relation(make_intermediate_relation(target))) -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {% call statement('create_temp_relation') -%}
        {{ get_create_table_as_sql(true, temporary, sql) }}
    {%- endcall %}
    {% do adapter.expand_target_column_types(from_relation=temporary, to_relation=target) %}
    {% set dest_columns = process_schema_changes(on_schema_change, temporary, existing) %}
    {% if not dest_columns %}
        {% set dest_columns = adapter.get_columns_in_relation(existing) %}
    {% endif %}

    {% set strategy = config.get('incremental_strategy') or 'default' %}
    {% set strategy_macro = adapter.get_incremental_strategy_macro(context, strategy) %}
    {% set arguments = {
        'target_relation': target,
        'temp_relation': temporary,
        'unique_key': config.get('unique_key'),
        'dest_columns': dest_columns,
        'incremental_predicates': config.get('incremental_predicates')
    } %}
    {% call statement('main') %}
        {{ strategy_macro(arguments) }}
    {% endcall %}

    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {% do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=false)) %}
    {% do persist_docs(target, model) %}
    {% do adapter.commit() %}
    {% do adapter.drop_relation(temporary) %}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
    {% do return(on_schema_change if on_schema_change in ['sync_all_columns', 'append_new_columns', 'fail', 'ignore'] else default) %}
{% endmacro %}

{% macro check_for_schema_changes(source_relation, target_relation) %}
    {{ return(adapter.dispatch('check_for_schema_changes', 'dbt')(source_relation, target_relation)) }}
{% endmacro %}

{% macro default__check_for_schema_changes(source_relation, target_relation) %}
    {% set source_columns = adapter.get_columns_in_relation(source_relation) %}
    {% set target_columns = adapter.get_columns_in_relation(target_relation) %}
    {% set added = diff_columns(source_columns, target_columns) %}
    {% set removed = diff_columns(target_columns, source_columns) %}
    {% set retyped = diff_column_data_types(source_columns, target_columns) %}
    {% do return({
        'schema_changed': (added or removed or retyped) | length > 0,
        'source_not_in_target': added,
        'target_not_in_source': removed,
        'source_columns': source_columns,
        'target_columns': target_columns,
        'new_target_types': retyped
    }) %}
{% endmacro %}

{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
    {{ return(adapter.dispatch('sync_column_schemas', 'dbt')(on_schema_change, target_relation, schema_changes_dict)) }}
{% endmacro %}

{% macro default__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
    {% set added = schema_changes_dict['source_not_in_target'] %}
    {% if on_schema_change == 'append_new_columns' and added %}
        {% do alter_relation_add_remove_columns(target_relation, added, none) %}
    {% elif on_schema_change == 'sync_all_columns' %}
        {% set removed = schema_changes_dict['target_not_in_source'] %}
        {% if added or removed %}
            {% do alter_relation_add_remove_columns(target_relation, added, removed) %}
        {% endif %}
        {% for change in schema_changes_dict['new_target_types'] %}
            {% do alter_column_type(target_relation, change['column_name'], change['new_type']) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{% macro process_schema_changes(on_schema_change, source_relation, target_relation) %}
    {{ return(adapter.dispatch('process_schema_changes', 'dbt')(on_schema_change, source_relation, target_relation)) }}
{% endmacro %}

{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) %}
    {% if on_schema_change == 'ignore' %}
        {% do return([]) %}
    {% endif %}
    {% set changes = check_for_schema_changes(source_relation, target_relation) %}
    {% if changes['schema_changed'] %}
        {% if on_schema_change == 'fail' %}
            {% do exceptions.raise_compiler_error(
                'The source and target schemas on this incremental model are out of sync!\n'
                ~ 'They can be reconciled in several ways:\n'
                ~ '  - set the `on_schema_change` config to `append_new_columns` or `sync_all_columns`\n'
                ~ '  - run the model with `--full-refresh`\n'
                ~ 'Source columns not in target: ' ~ changes['source_not_in_target'] | map(attribute='name') | list ~ '\n'
                ~ 'Target columns not in source: ' ~ changes['target_not_in_source'] | map(attribute='name') | list ~ '\n'
                ~ 'New column types: ' ~ changes['new_target_types']
            ) %}
        {% endif %}
        {% do sync_column_schemas(on_schema_change, target_relation, changes) %}
    {% endif %}
    {% do return(changes['source_columns']) %}
{% endmacro %}

{% macro get_incremental_append_sql(arg_dict) %}
    {{ return(adapter.dispatch('get_incremental_append_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{% macro default__get_incremental_append_sql(arg_dict) %}
    {{ return(get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) }}
{% endmacro %}

{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) %}
    {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
    insert into {{ target_relation }} ({{ names }})
    (
        select {{ names }}
        from {{ temp_relation }}
    )
{% endmacro %}

{% macro get_incremental_delete_insert_sql(arg_dict) %}
    {{ return(adapter.dispatch('get_incremental_delete_insert_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{% macro default__get_incremental_delete_insert_sql(arg_dict) %}
    {{ return(get_delete_insert_merge_sql(
        arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
        arg_dict['dest_columns'], arg_dict['incremental_predicates'])) }}
{% endmacro %}

{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {{ return(adapter.dispatch('get_delete_insert_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates)) }}
{%- endmacro %}

{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
    {%- if unique_key -%}
        {%- set keys = ([unique_key] if unique_key is string else unique_key) | join(', ') %}
        delete from {{ target }} as DBT_INTERNAL_DEST
        where ({{ keys }}) in (
            select distinct {{ keys }} from {{ source }} as DBT_INTERNAL_SOURCE
        )
        {%- for predicate in incremental_predicates or [] %}
            and {{ predicate }}
        {%- endfor %};
    {%- endif %}
    {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{% macro get_incremental_merge_sql(arg_dict) %}
    {{ return(adapter.dispatch('get_incremental_merge_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{% macro default__get_incremental_merge_sql(arg_dict) %}
    {{ return(get_merge_sql(
        arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
        arg_dict['dest_columns'], arg_dict['incremental_predicates'])) }}
{% endmacro %}

{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {{ return(adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates)) }}
{%- endmacro %}

{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- set conditions = [] -%}
    {%- for predicate in ([incremental_predicates] if incremental_predicates is string else incremental_predicates or []) -%}
        {%- do conditions.append(predicate) -%}
    {%- endfor -%}
    {%- for key in ([unique_key] if unique_key is string else unique_key or []) -%}
        {%- do conditions.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
    {%- endfor -%}
    {%- if not unique_key -%}
        {%- do conditions.append('FALSE') -%}
    {%- endif -%}
    {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
    {%- set updated = get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) -%}
    {{ config.get('sql_header') or '' }}
    merge into {{ target }} as DBT_INTERNAL_DEST
        using {{ source }} as DBT_INTERNAL_SOURCE
        on ({{ conditions | join(') and (') }})
    {% if unique_key %}
    when matched then update set
        {% for name in updated -%}
            {{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}
        {%- endfor %}
    {% endif %}
    when not matched then insert
        ({{ names }})
    values
        ({{ names }})
{%- endmacro %}

{% macro get_incremental_default_sql(arg_dict) %}
    {{ return(adapter.dispatch('get_incremental_default_sql', 'dbt')(arg_dict)) }}
{% endmacro %}

{% macro default__get_incremental_default_sql(arg_dict) %}
    {{ return(get_incremental_append_sql(arg_dict)) }}
{% endmacro %}
