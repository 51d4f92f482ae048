{# Materialized views: created once, then refreshed, altered or replaced as their configuration changes. #}

{% materialization materialized_view, default %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type=this.MaterializedView) -%}
    {%- set intermediate = make_intermediate_relation(target) -%}
    {%- set backup = make_backup_relation(target, existing.type if existing is not none else target.type) -%}

    {%- do materialized_view_setup(backup, intermediate, pre_hooks) -%}
    {%- set build_sql = materialized_view_get_build_sql(existing, target, backup, intermediate) -%}
    {%- if build_sql | trim == '' -%}
        {%- do materialized_view_execute_no_op(target) -%}
    {%- else -%}
        {%- do materialized_view_execute_build_sql(build_sql, existing, target, post_hooks) -%}
    {%- endif -%}
    {%- do materialized_view_teardown(backup, intermediate, post_hooks) -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Clears what an earlier run left, and runs the hooks before. #}
{% macro materialized_view_setup(backup_relation, intermediate_relation, pre_hooks) %}
    {% do drop_relation_if_exists(load_cached_relation(intermediate_relation)) %}
    {% do drop_relation_if_exists(load_cached_relation(backup_relation)) %}
    {% do run_hooks(pre_hooks, inside_transaction=false) %}
{% endmacro %}

{# Clears what this run needed, and runs the hooks after. #}
{% macro materialized_view_teardown(backup_relation, intermediate_relation, post_hooks) %}
    {% do drop_relation_if_exists(load_cached_relation(intermediate_relation)) %}
    {% do drop_relation_if_exists(load_cached_relation(backup_relation)) %}
    {% do run_hooks(post_hooks, inside_transaction=false) %}
{% endmacro %}

{# What is to be done; nothing is an empty text. #}
{% macro materialized_view_get_build_sql(existing_relation, target_relation, backup_relation, intermediate_relation) %}
    {% if existing_relation is none %}
        {% do return(get_create_materialized_view_as_sql(target_relation, sql)) %}
    {% elif should_full_refresh() or not existing_relation.is_materialized_view %}
        {% do return(get_replace_sql(existing_relation, target_relation, sql)) %}
    {% endif %}
    {% set on_change = config.get('on_configuration_change') or 'apply' %}
    {% set changes = get_materialized_view_configuration_changes(existing_relation, config) %}
    {% if changes is none %}
        {% do return(refresh_materialized_view(target_relation)) %}
    {% elif on_change == 'apply' %}
        {% do return(get_alter_materialized_view_as_sql(
            target_relation, changes, sql, existing_relation, backup_relation, intermediate_relation)) %}
    {% elif on_change == 'continue' %}
        {% do exceptions.warn('the configuration of ' ~ target_relation.render() ~ ' has changed, and is left as it is (`on_configuration_change: continue`)') %}
        {% do return('') %}
    {% endif %}
    {% do exceptions.raise_fail_fast_error('the configuration of ' ~ target_relation.render() ~ ' has changed (`on_configuration_change: fail`)') %}
{% endmacro %}

{# Keeps an answer without asking anything. #}
{% macro materialized_view_execute_no_op(target_relation) %}
    {% do store_raw_result(name='main', message='skip ' ~ target_relation.render(), code='skip', rows_affected='-1') %}
{% endmacro %}

{# Does what is to be done. #}
{% macro materialized_view_execute_build_sql(build_sql, existing_relation, target_relation, post_hooks) %}
    {% do run_hooks(pre_hooks, inside_transaction=true) %}
    {% call statement(name='main') %}
        {{ build_sql }}
    {% endcall %}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=true)) %}
    {% do persist_docs(target_relation, model) %}
    {% do run_hooks(post_hooks, inside_transaction=true) %}
    {% do adapter.commit() %}
{% endmacro %}

{# Alters a materialized view. (dispatched) #}
{% macro get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) %}
    {{- adapter.dispatch('get_alter_materialized_view_as_sql', 'dbt')(
        relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) -}}
{% endmacro %}

{% macro default__get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) %}
    {% do exceptions.raise_compiler_error('`get_alter_materialized_view_as_sql` is not implemented for this adapter') %}
{% endmacro %}

{# How the configuration differs from what the database has; none when it does not. (dispatched) #}
{% macro get_materialized_view_configuration_changes(existing_relation, new_config) %}
    {{- return(adapter.dispatch('get_materialized_view_configuration_changes', 'dbt')(existing_relation, new_config)) -}}
{% endmacro %}

{% macro default__get_materialized_view_configuration_changes(existing_relation, new_config) %}
    {% do exceptions.raise_compiler_error('`get_materialized_view_configuration_changes` is not implemented for this adapter') %}
{% endmacro %}

{# Brings the rows of a materialized view up to date. (dispatched) #}
{% macro refresh_materialized_view(relation) %}
    {{- return(adapter.dispatch('refresh_materialized_view', 'dbt')(relation)) -}}
{% endmacro %}

{% macro default__refresh_materialized_view(relation) %}
    {% do exceptions.raise_compiler_error('`refresh_materialized_view` is not implemented for this adapter') %}
{% endmacro %}
