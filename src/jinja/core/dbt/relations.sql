{# Relations: looking them up, naming their stand-ins, creating, renaming and dropping them. #}

{% macro load_cached_relation(relation) %}
    {% do return(adapter.get_relation(database=relation.database, schema=relation.schema, identifier=relation.identifier)) %}
{% endmacro %}

{% macro load_relation(relation) %}
    {% do return(load_cached_relation(relation)) %}
{% endmacro %}

{% macro get_or_create_relation(database, schema, identifier, type) %}
    {{ return(adapter.dispatch('get_or_create_relation', 'dbt')(database, schema, identifier, type)) }}
{% endmacro %}

{% macro default__get_or_create_relation(database, schema, identifier, type) %}
    {% set found = adapter.get_relation(database=database, schema=schema, identifier=identifier) %}
    {% if found %}
        {% do return([true, found]) %}
    {% endif %}
    {% do return([false, api.Relation.create(database=database, schema=schema, identifier=identifier, type=type)]) %}
{% endmacro %}

{% macro make_intermediate_relation(base_relation, suffix='__dbt_tmp') %}
    {{ return(adapter.dispatch('make_intermediate_relation', 'dbt')(base_relation, suffix)) }}
{% endmacro %}

{% macro default__make_intermediate_relation(base_relation, suffix) %}
    {% do return(base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix})) %}
{% endmacro %}

{% macro make_temp_relation(base_relation, suffix='__dbt_tmp') %}
    {{ return(adapter.dispatch('make_temp_relation', 'dbt')(base_relation, suffix)) }}
{% endmacro %}

{% macro default__make_temp_relation(base_relation, suffix) %}
    {% do return(base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix})) %}
{% endmacro %}

{% macro make_backup_relation(base_relation, backup_relation_type, suffix='__dbt_backup') %}
    {{ return(adapter.dispatch('make_backup_relation', 'dbt')(base_relation, backup_relation_type, suffix)) }}
{% endmacro %}

{% macro default__make_backup_relation(base_relation, backup_relation_type, suffix) %}
    {% set identifier = base_relation.identifier ~ suffix %}
    {% do return(base_relation.incorporate(path={'identifier': identifier}, type=backup_relation_type)) %}
{% endmacro %}

{% macro truncate_relation(relation) -%}
    {{ return(adapter.dispatch('truncate_relation', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__truncate_relation(relation) -%}
    {% call statement('truncate_relation') -%}
        truncate table {{ relation.render() }}
    {%- endcall %}
{%- endmacro %}

{% macro drop_relation(relation) -%}
    {{ return(adapter.dispatch('drop_relation', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__drop_relation(relation) -%}
    {% call statement('drop_relation', auto_begin=false) -%}
        {{ get_drop_sql(relation) }}
    {%- endcall %}
{%- endmacro %}

{% macro drop_relation_if_exists(relation) %}
    {% if relation is not none %}
        {% do adapter.drop_relation(relation) %}
    {% endif %}
{% endmacro %}

{% macro get_drop_sql(relation) -%}
    {{ return(adapter.dispatch('get_drop_sql', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__get_drop_sql(relation) -%}
    drop {{ relation.type or 'table' }} if exists {{ relation.render() }} cascade
{%- endmacro %}

{% macro rename_relation(from_relation, to_relation) -%}
    {{ return(adapter.dispatch('rename_relation', 'dbt')(from_relation, to_relation)) }}
{%- endmacro %}

{% macro default__rename_relation(from_relation, to_relation) -%}
    {% call statement('rename_relation') -%}
        alter table {{ from_relation.render() }} rename to {{ adapter.quote(to_relation.identifier) }}
    {%- endcall %}
{%- endmacro %}

{% macro create_schema(relation) -%}
    {{ return(adapter.dispatch('create_schema', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__create_schema(relation) -%}
    {% call statement('create_schema') -%}
        create schema if not exists {{ relation.without_identifier() }}
    {%- endcall %}
{%- endmacro %}

{% macro drop_schema(relation) -%}
    {{ return(adapter.dispatch('drop_schema', 'dbt')(relation)) }}
{%- endmacro %}

{% macro default__drop_schema(relation) -%}
    {% call statement('drop_schema') -%}
        drop schema if exists {{ relation.without_identifier() }} cascade
    {%- endcall %}
{%- endmacro %}

{% macro get_create_table_as_sql(temporary, relation, sql) -%}
    {{ return(adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_table_as_sql(temporary, relation, sql) -%}
    {{ return(create_table_as(temporary, relation, sql)) }}
{%- endmacro %}

{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code, language)) }}
{%- endmacro %}

{% macro default__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- set header = config.get('sql_header') -%}
    {{ header if header is not none }}
    create {% if temporary %}temporary {% endif %}table {{ relation.include(database=(not temporary), schema=(not temporary)) }}
    as (
        {{ compiled_code }}
    );
{%- endmacro %}

{% macro get_create_view_as_sql(relation, sql) -%}
    {{ return(adapter.dispatch('get_create_view_as_sql', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__get_create_view_as_sql(relation, sql) -%}
    {{ return(create_view_as(relation, sql)) }}
{%- endmacro %}

{% macro create_view_as(relation, sql) -%}
    {{ return(adapter.dispatch('create_view_as', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro default__create_view_as(relation, sql) -%}
    {%- set header = config.get('sql_header') -%}
    {{ header if header is not none }}
    create view {{ relation }} as (
        {{ sql }}
    );
{%- endmacro %}

{% macro list_relations_without_caching(schema_relation) %}
    {{ return(adapter.dispatch('list_relations_without_caching', 'dbt')(schema_relation)) }}
{% endmacro %}

{% macro list_schemas(database) -%}
    {{ return(adapter.dispatch('list_schemas', 'dbt')(database)) }}
{%- endmacro %}
