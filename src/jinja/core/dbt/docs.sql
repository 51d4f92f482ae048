{# Descriptions of relations and columns, kept in the database as comments. #}

{# Keeps the descriptions that a model is configured to keep. (dispatched) #}
{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
    {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{%- endmacro %}

{% macro default__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do run_query(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() and model.columns -%}
        {%- set present = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
        {%- set described = validate_doc_columns(relation, model.columns, present) -%}
        {%- set statements = alter_column_comment(relation, described) if described else none -%}
        {%- if statements and statements | trim -%}
            {%- do run_query(statements) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The described columns that are there; those that are not are warned of. (dispatched) #}
{% macro validate_doc_columns(relation, column_dict, existing_column_names) -%}
    {{ return(adapter.dispatch('validate_doc_columns', 'dbt')(relation, column_dict, existing_column_names)) }}
{%- endmacro %}

{% macro default__validate_doc_columns(relation, column_dict, existing_column_names) -%}
    {%- set present = existing_column_names | map('lower') | list -%}
    {%- set kept, missing = {}, [] -%}
    {%- for name, column in column_dict.items() -%}
        {%- if name | lower in present -%}
            {%- do kept.update({name: column}) -%}
        {%- else -%}
            {%- do missing.append(name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if missing -%}
        {%- do exceptions.warn(
            'In relation ' ~ relation.render() ~ ': The following columns are specified in the schema but are not present in the database: '
            ~ missing | join(', ')) -%}
    {%- endif -%}
    {{ return(kept) }}
{%- endmacro %}

{# Describes a relation. (dispatched) #}
{% macro alter_relation_comment(relation, relation_comment) -%}
    {{ return(adapter.dispatch('alter_relation_comment', 'dbt')(relation, relation_comment)) }}
{%- endmacro %}

{% macro default__alter_relation_comment(relation, relation_comment) -%}
    {% do exceptions.raise_not_implemented('alter_relation_comment is not implemented for adapter ' ~ adapter.type()) %}
{%- endmacro %}

{# Describes columns. (dispatched) #}
{% macro alter_column_comment(relation, column_dict) -%}
    {{ return(adapter.dispatch('alter_column_comment', 'dbt')(relation, column_dict)) }}
{%- endmacro %}

{% macro default__alter_column_comment(relation, column_dict) -%}
    {% do exceptions.raise_not_implemented('alter_column_comment is not implemented for adapter ' ~ adapter.type()) %}
{%- endmacro %}
