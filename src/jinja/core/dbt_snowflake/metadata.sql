{# What Snowflake tells of its schemas and relations. #}

{% macro snowflake__list_schemas(database) -%}
    {%- set listed = run_query('show terse schemas in database ' ~ database ~ ' limit 10000') -%}
    {%- if listed.rows | length >= 10000 -%}
        {%- do exceptions.raise_compiler_error('the database ' ~ database ~ ' has 10000 schemas or more, which is more than can be listed') -%}
    {%- endif -%}
    {{ return(listed) }}
{%- endmacro %}

{% macro snowflake__check_schema_exists(information_schema, schema) -%}
    {% call statement('check_schema_exists', fetch_result=true) -%}
        select count(*)
        from {{ information_schema }}.schemata
        where upper(schema_name) = upper('{{ schema }}')
            and upper(catalog_name) = upper('{{ information_schema.database }}')
    {%- endcall %}
    {{ return(load_result('check_schema_exists').table) }}
{%- endmacro %}

{# Relations come in pages, each from the last name of the one before. #}
{% macro snowflake__list_relations_without_caching(schema_relation, max_iter=10000, max_results_per_iter=10000) %}
    {%- set page_size = adapter.config.flags.get('list_relations_per_page', max_results_per_iter) if adapter.config else max_results_per_iter -%}
    {%- set pages = adapter.config.flags.get('list_relations_page_limit', max_iter) if adapter.config else max_iter -%}
    {%- set schema_name = schema_relation.without_identifier() if schema_relation is not string else schema_relation -%}
    {%- set show = 'show objects in ' ~ schema_name ~ ' limit ' ~ page_size -%}
    {%- set found = [run_query(show ~ ';')] -%}
    {%- for page in range(pages) if found[-1].rows | length == page_size -%}
        {%- do found.append(run_query(show ~ " from '" ~ found[-1].columns['name'].values()[-1] ~ "';")) -%}
    {%- endfor -%}
    {{ return(found[0] if found | length == 1 else found[0].merge(found)) }}
{% endmacro %}
