{# Tables and views are built beside the old relation and take its place in one transaction: a failed build leaves the
   old one untouched. #}

{% materialization table, default %}
    {{ return(swap_in('table')) }}
{% endmaterialization %}

{% materialization view, default %}
    {{ return(swap_in('view')) }}
{% endmaterialization %}

{# Builds a relation of a kind beside the old one and puts it in its place. #}
{% macro swap_in(kind) %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type=kind) -%}
    {%- set intermediate = make_intermediate_relation(target) -%}
    {%- set backup = make_backup_relation(target, existing.type if existing is not none else kind) -%}
    {%- do drop_relation_if_exists(load_cached_relation(intermediate)) -%}
    {%- do drop_relation_if_exists(load_cached_relation(backup)) -%}

    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}

    {%- set keys = _keys_of_tables(existing) -%}
    {%- set in_place = kind == 'table' and keys.has_foreign -%}
    {%- set referring = _set_referring_aside(existing) if keys.may_be_referred_to else [] -%}
    {% if in_place %}
        {% do drop_relation_if_exists(existing) %}
    {% endif %}
    {% call statement('main') -%}
        {% if kind == 'view' -%}
            {{ get_create_view_as_sql(intermediate, sql) }}
        {%- else -%}
            {{ get_create_table_as_sql(false, target if in_place else intermediate, sql) }}
        {%- endif %}
    {%- endcall %}

    {% if not in_place %}
        {% if existing is not none %}
            {% do drop_indexes_on_relation(existing) %}
            {% do adapter.rename_relation(existing, backup) %}
        {% endif %}
        {% do adapter.rename_relation(intermediate, target) %}
    {% endif %}
    {% do _put_referring_back(referring) %}
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

{# Makes the indexes that a model is configured with. (dispatched) #}
{% macro create_indexes(relation) -%}
    {{ adapter.dispatch('create_indexes', 'dbt')(relation) }}
{%- endmacro %}

{% macro default__create_indexes(relation) -%}
    {%- for index in config.get('indexes', default=[]) -%}
        {%- set create_sql = get_create_index_sql(relation, index) -%}
        {%- if create_sql -%}
            {%- do run_query(create_sql) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{# Makes an index; none where the database has no indexes. (dispatched) #}
{% macro get_create_index_sql(relation, index_dict) -%}
    {{ return(adapter.dispatch('get_create_index_sql', 'dbt')(relation, index_dict)) }}
{%- endmacro %}

{% macro default__get_create_index_sql(relation, index_dict) -%}
    {% do return(none) %}
{%- endmacro %}

{# Drops an index. (dispatched) #}
{% macro get_drop_index_sql(relation, index_name) -%}
    {{ adapter.dispatch('get_drop_index_sql', 'dbt')(relation, index_name) }}
{%- endmacro %}

{% macro default__get_drop_index_sql(relation, index_name) -%}
    {% do exceptions.raise_compiler_error('`get_drop_index_sql` is not implemented for this adapter') %}
{%- endmacro %}

{# The indexes of a relation. (dispatched) #}
{% macro get_show_indexes_sql(relation) -%}
    {{ adapter.dispatch('get_show_indexes_sql', 'dbt')(relation) }}
{%- endmacro %}

{% macro default__get_show_indexes_sql(relation) -%}
    {% do exceptions.raise_compiler_error('`get_show_indexes_sql` is not implemented for this adapter') %}
{%- endmacro %}

{# Drops the indexes of a relation where they would keep it from being renamed. #}
{% macro drop_indexes_on_relation(relation) -%}
{%- endmacro %}

{# Whether the model's table has foreign keys, or is to have some, which keeps it from being renamed once it is built;
   and whether the table that is there may be referred to by others, which keeps it from being replaced. (dispatched) #}
{% macro _keys_of_tables(existing) -%}
    {{ return(adapter.dispatch('_keys_of_tables', 'dbt')(existing)) }}
{%- endmacro %}

{% macro default___keys_of_tables(existing) -%}
    {{ return({'has_foreign': false, 'may_be_referred_to': false}) }}
{%- endmacro %}

{# Sets aside the tables that keep a relation from being replaced; returns what puts them back. (dispatched) #}
{% macro _set_referring_aside(existing) -%}
    {{ return(adapter.dispatch('_set_referring_aside', 'dbt')(existing)) }}
{%- endmacro %}

{% macro default___set_referring_aside(existing) -%}
    {{ return([]) }}
{%- endmacro %}

{# Puts back what was set aside. #}
{% macro _put_referring_back(referring) -%}
    {%- for kept in referring -%}
        {%- do adapter.rename_relation(kept.aside, kept.relation) -%}
    {%- endfor -%}
{%- endmacro %}
