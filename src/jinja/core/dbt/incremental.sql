{# Incremental models: the first run builds the table, later runs put rows into it. #}

{# Whether rows are put into a table that is there already. #}
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
    {{ return(build_incremental()) }}
{% endmaterialization %}

{# Builds the table, or puts the rows of this run into it. #}
{% macro build_incremental() %}
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
        'incremental_predicates': config.get('predicates') or config.get('incremental_predicates')
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
{% endmacro %}

{# What is done about changed columns; the default for words unknown. #}
{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
    {% do return(on_schema_change if on_schema_change in ['sync_all_columns', 'append_new_columns', 'fail', 'ignore'] else default) %}
{% endmacro %}

{# How the columns of two relations differ. (dispatched) #}
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

{# Changes a table's columns as told. (dispatched) #}
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

{# Does what on_schema_change says; returns the columns to fill. (dispatched) #}
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
                ~ 'Bring them together in one of these ways:\n'
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
