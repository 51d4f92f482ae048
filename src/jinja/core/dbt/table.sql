{# Tables and views are built beside the old relation and take its place in one transaction: a failed build leaves the
   old one untouched. #}

{% materialization table, default %}
    {{ return(swap_in('table')) }}
{% endmaterialization %}

{% materialization view, default %}
    {{ return(swap_in('view')) }}
{% endmaterialization %}

{% macro swap_in(kind) %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type=kind) -%}
    {%- set intermediate = make_intermediate_relation(target) -%}
    {%- set backup = make_backup_relation(target, existing.type if existing is not none else kind) -%}
    {%- do drop_relation_if_exists(load_cached_relation(intermediate)) -%}
    {%- do drop_relation_if_exists(load_cached_relation(backup)) -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {% call statement('main') -%}
        {% if kind == 'view' -%}
            {{ get_create_view_as_sql(intermediate, sql) }}
        {%- else -%}
            {{ get_create_table_as_sql(false, intermediate, sql) }}
        {%- endif %}
    {%- endcall %}

    {% if existing is not none %}
        {% do adapter.rename_relation(existing, backup) %}
    {% endif %}
    {% do adapter.rename_relation(intermediate, target) %}
    {% if kind == 'table' %}
        {% do create_indexes(target) %}
    {% endif %}

    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {% do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=true)) %}
    {% do persist_docs(target, model) %}
    {% do adapter.commit() %}

    {% if existing is not none %}
        {% do drop_relation_if_exists(backup) %}
    {% endif %}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [target]}) }}
{% endmacro %}

{% macro create_indexes(relation) -%}
    {{ return(adapter.dispatch('create_indexes', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__create_indexes(relation) -%}
    {% for index in config.get('indexes', default=[]) %}
        {% set create_sql = get_create_index_sql(relation, index) %}
        {% if create_sql %}
            {% do run_query(create_sql) %}
        {% endif %}
    {% endfor %}
{%- endmacro %}

{% macro get_create_index_sql(relation, index_dict) -%}
    {{ return(adapter.dispatch('get_create_index_sql', 'dbt')(relation, index_dict)) }}
{%- endmacro %}

{% macro default__get_create_index_sql(relation, index_dict) -%}
    {% do return(none) %}
{%- endmacro %}

{% macro apply_grants(relation, grant_config, should_revoke=true) %}
    {{ return(adapter.dispatch('apply_grants', 'dbt')(relation, grant_config, should_revoke)) }}
{% endmacro %}

{% macro default__apply_grants(relation, grant_config, should_revoke=true) %}
    {% if grant_config %}
        {% do exceptions.warn('grants are not applied to ' ~ relation ~ ': ' ~ adapter.type() ~ ' has none') %}
    {% endif %}
{% endmacro %}

{% macro should_revoke(existing_relation, full_refresh_mode=true) %}
    {% do return(existing_relation is not none and not full_refresh_mode) %}
{% endmacro %}

{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
    {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{%- endmacro %}

{% macro default__persist_docs(relation, model, for_relation, for_columns) -%}
    {% if for_relation and config.persist_relation_docs() and model.description %}
        {% do run_query(alter_relation_comment(relation, model.description)) %}
    {% endif %}
    {% if for_columns and config.persist_column_docs() and model.columns %}
        {% set comments = alter_column_comment(relation, model.columns) | trim %}
        {% if comments %}
            {% do run_query(comments) %}
        {% endif %}
    {% endif %}
{%- endmacro %}

{% macro alter_relation_comment(relation, relation_comment) -%}
    {{ return(adapter.dispatch('alter_relation_comment', 'dbt')(relation, relation_comment)) }}
{%- endmacro %}

{% macro alter_column_comment(relation, column_dict) -%}
    {{ return(adapter.dispatch('alter_column_comment', 'dbt')(relation, column_dict)) }}
{%- endmacro %}
