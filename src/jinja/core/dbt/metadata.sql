{# What databases tell of themselves: schemas, relations, catalogs, freshness. #}

{# The schemas of a database. (dispatched) #}
{% macro list_schemas(database) -%}
    {{ return(adapter.dispatch('list_schemas', 'dbt')(database)) }}
{%- endmacro %}

{% macro default__list_schemas(database) -%}
    {%- set query -%}
        select distinct schema_name
        from {{ information_schema_name(database) }}.schemata
        where catalog_name ilike '{{ database }}'
    {%- endset -%}
    {{ return(run_query(query)) }}
{%- endmacro %}

{# The name of a database's information schema. (dispatched) #}
{% macro information_schema_name(database) %}
    {{ return(adapter.dispatch('information_schema_name', 'dbt')(database)) }}
{% endmacro %}

{% macro default__information_schema_name(database) -%}
    {%- if database -%}
        {{ database }}.INFORMATION_SCHEMA
    {%- else -%}
        INFORMATION_SCHEMA
    {%- endif -%}
{%- endmacro %}

{# A table of one number: how many schemas of a name there are. (dispatched) #}
{% macro check_schema_exists(information_schema, schema) -%}
    {{ return(adapter.dispatch('check_schema_exists', 'dbt')(information_schema, schema)) }}
{%- endmacro %}

{% macro default__check_schema_exists(information_schema, schema) -%}
    {%- set query -%}
        select count(*)
        from {{ information_schema.replace(information_schema_view='SCHEMATA') }}
        where catalog_name = '{{ information_schema.database }}'
            and schema_name = '{{ schema }}'
    {%- endset -%}
    {{ return(run_query(query)) }}
{%- endmacro %}

{# The relations of a schema: database, name, schema, type. (dispatched) #}
{% macro list_relations_without_caching(schema_relation) %}
    {{ return(adapter.dispatch('list_relations_without_caching', 'dbt')(schema_relation)) }}
{% endmacro %}

{% macro default__list_relations_without_caching(schema_relation) %}
    {% do exceptions.raise_not_implemented('list_relations_without_caching is not implemented for adapter ' ~ adapter.type()) %}
{% endmacro %}

{# The columns of all relations of schemas, for the catalog. (dispatched) #}
{% macro get_catalog(information_schema, schemas) -%}
    {{ return(adapter.dispatch('get_catalog', 'dbt')(information_schema, schemas)) }}
{%- endmacro %}

{% macro default__get_catalog(information_schema, schemas) -%}
    {% do exceptions.raise_compiler_error('get_catalog is not implemented for adapter ' ~ adapter.type()) %}
{%- endmacro %}

{# The columns of some relations, for the catalog. (dispatched) #}
{% macro get_catalog_relations(information_schema, relations) -%}
    {{ return(adapter.dispatch('get_catalog_relations', 'dbt')(information_schema, relations)) }}
{%- endmacro %}

{% macro default__get_catalog_relations(information_schema, relations) -%}
    {% do exceptions.raise_compiler_error('get_catalog_relations is not implemented for adapter ' ~ adapter.type()) %}
{%- endmacro %}

{# The columns of one relation, for the catalog. (dispatched) #}
{% macro get_catalog_for_single_relation(relation) %}
    {{ return(adapter.dispatch('get_catalog_for_single_relation', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_catalog_for_single_relation(relation) %}
    {% do exceptions.raise_not_implemented('get_catalog_for_single_relation is not implemented for adapter ' ~ adapter.type()) %}
{% endmacro %}

{# The relations of the target that views depend on; old packages ask. (dispatched) #}
{% macro get_relations() %}
    {{ return(adapter.dispatch('get_relations', 'dbt')()) }}
{% endmacro %}

{% macro default__get_relations() %}
    {% do exceptions.raise_not_implemented('get_relations is not implemented for adapter ' ~ adapter.type()) %}
{% endmacro %}

{# When relations were last changed, as the database knows. (dispatched) #}
{% macro get_relation_last_modified(information_schema, relations) %}
    {{ return(adapter.dispatch('get_relation_last_modified', 'dbt')(information_schema, relations)) }}
{% endmacro %}

{% macro default__get_relation_last_modified(information_schema, relations) %}
    {% do exceptions.raise_not_implemented('get_relation_last_modified is not implemented for adapter ' ~ adapter.type()) %}
{% endmacro %}

{# The newest moment of a source and the moment now; as a result with response and table. (dispatched) #}
{% macro collect_freshness(source, loaded_at_field, filter) %}
    {{ return(adapter.dispatch('collect_freshness', 'dbt')(source, loaded_at_field, filter)) }}
{% endmacro %}

{% macro default__collect_freshness(source, loaded_at_field, filter) %}
    {% call statement('collect_freshness', fetch_result=true, auto_begin=false) -%}
        select
            max({{ loaded_at_field }}) as max_loaded_at,
            {{ current_timestamp() }} as snapshotted_at
        from {{ source }}
        {% if filter -%}
        where {{ filter }}
        {%- endif %}
    {%- endcall %}
    {{ return(load_result('collect_freshness')) }}
{% endmacro %}

{# The newest moment that a query of the project's own gives, and the moment now. (dispatched) #}
{% macro collect_freshness_custom_sql(source, loaded_at_query) %}
    {{ return(adapter.dispatch('collect_freshness_custom_sql', 'dbt')(source, loaded_at_query)) }}
{% endmacro %}

{% macro default__collect_freshness_custom_sql(source, loaded_at_query) %}
    {% call statement('collect_freshness_custom_sql', fetch_result=true, auto_begin=false) -%}
        with source_query as (
            {{ loaded_at_query }}
        )
        select
            (select * from source_query) as max_loaded_at,
            {{ current_timestamp() }} as snapshotted_at
    {%- endcall %}
    {{ return(load_result('collect_freshness_custom_sql')) }}
{% endmacro %}

{# Lets the database check a statement without running it. (dispatched) #}
{% macro validate_sql(sql) -%}
    {{ return(adapter.dispatch('validate_sql', 'dbt')(sql)) }}
{%- endmacro %}

{% macro default__validate_sql(sql) -%}
    {% call statement('validate_sql') -%}
        explain {{ sql }}
    {%- endcall %}
    {{ return(load_result('validate_sql')) }}
{%- endmacro %}

{# A query limited to some rows, behind its header. #}
{% macro get_show_sql(compiled_code, sql_header, limit) -%}
    {%- if sql_header is not none -%}
        {{ sql_header }}
    {%- endif %}
    {%- if limit is not none %}
        {{ get_limit_subquery_sql(compiled_code, limit) }}
    {%- else %}
        {{ compiled_code }}
    {%- endif %}
{%- endmacro %}

{# A query limited to some rows. (dispatched as `get_limit_sql`) #}
{% macro get_limit_subquery_sql(sql, limit) -%}
    {{ adapter.dispatch('get_limit_sql', 'dbt')(sql, limit) }}
{%- endmacro %}

{% macro default__get_limit_sql(sql, limit) %}
    {{ sql }}
    {% if limit is not none -%}
    limit {{ limit }}
    {%- endif %}
{% endmacro %}

{# Whether tables can be cloned. (dispatched) #}
{% macro can_clone_table() %}
    {{ return(adapter.dispatch('can_clone_table', 'dbt')()) }}
{% endmacro %}

{% macro default__can_clone_table() %}
    {{ return(false) }}
{% endmacro %}
