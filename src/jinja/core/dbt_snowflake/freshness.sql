{# When Snowflake's relations were last changed. #}

{% macro snowflake__get_relation_last_modified(information_schema, relations) -%}
    {%- call statement('last_modified', fetch_result=true) -%}
        select
            table_schema as schema,
            table_name as identifier,
            last_altered as last_modified,
            {{ current_timestamp() }} as snapshotted_at
        from {{ information_schema }}.tables
        where (
            {% for relation in relations -%}
                (upper(table_schema) = upper('{{ relation.schema }}') and upper(table_name) = upper('{{ relation.identifier }}'))
                {{- ' or ' if not loop.last }}
            {%- endfor %}
        )
    {%- endcall -%}
    {{ return(load_result('last_modified')) }}
{% endmacro %}

{# Tables can be cloned without copying a row. #}
{% macro snowflake__can_clone_table() %}
    {{ return(true) }}
{% endmacro %}

{% macro snowflake__create_or_replace_clone(this_relation, defer_relation) %}
    create or replace {{ 'transient ' if config.get('transient', default=true) }}table {{ this_relation }} clone {{ defer_relation }}
    {{- ' copy grants' if config.get('copy_grants', default=false) }}{{ ' copy tags' if config.get('copy_tags', default=false) }}
{% endmacro %}
