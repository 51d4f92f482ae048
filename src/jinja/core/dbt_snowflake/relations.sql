{# Snowflake's relations: tables and views are replaced in one statement. #}

{# Tables that are not permanent are transient unless a model says otherwise. #}
{% macro snowflake__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- if language != 'sql' -%}
        {%- do exceptions.raise_compiler_error('models in ' ~ language ~ ' cannot be run: write the model in SQL') -%}
    {%- endif -%}
    {%- set cluster_by = config.get('cluster_by', default=none) -%}
    {%- set cluster_by = [cluster_by] if cluster_by is string else cluster_by -%}
    {%- set cluster_keys = cluster_by | join(', ') if cluster_by else none -%}
    {%- set kind = 'temporary ' if temporary else 'transient ' if config.get('transient', default=true) else '' -%}
    {{ config.get('sql_header', none) or '' }}
    create or replace {{ kind }}table {{ relation }}
    {%- if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(compiled_code) }}
        {{ get_table_columns_and_constraints() }}
        {%- set compiled_code = get_select_subquery(compiled_code) %}
    {%- endif %}
    {{ snowflake__kept_properties(temporary) }}
    as (
        {%- if cluster_keys and not temporary %}
        select * from (
            {{ compiled_code }}
        ) order by ({{ cluster_keys }})
        {%- else %}
        {{ compiled_code }}
        {%- endif %}
    );
    {% if cluster_keys and not temporary -%}
    alter table {{ relation }} cluster by ({{ cluster_keys }});
    {%- endif %}
    {% if config.get('automatic_clustering', default=false) and cluster_keys and not temporary -%}
    alter table {{ relation }} resume recluster;
    {%- endif %}
{%- endmacro %}

{# What a replaced relation keeps or is given: grants, tags, a policy for its rows. #}
{% macro snowflake__kept_properties(temporary=false) -%}
    {%- if copy_grants() and not temporary %} copy grants{% endif -%}
    {%- if config.get('copy_tags') and not temporary %} copy tags{% endif -%}
    {%- if config.get('row_access_policy') and not temporary %} with row access policy {{ config.get('row_access_policy') }}{% endif -%}
    {%- if config.get('table_tag') and not temporary %} with tag ({{ config.get('table_tag') }}){% endif -%}
{%- endmacro %}

{% macro snowflake__create_view_as(relation, sql) -%}
    {{ snowflake__create_view_as_with_temp_flag(relation, sql) }}
{%- endmacro %}

{# A view, of this session alone if asked for; columns carry their comments. #}
{% macro snowflake__create_view_as_with_temp_flag(relation, sql, is_temporary=false) -%}
    {%- set columns = model.columns if config.persist_column_docs() and model.columns and not is_temporary else none -%}
    {{ config.get('sql_header', none) or '' }}
    create or replace {{ 'secure ' if config.get('secure', default=false) }}{{ 'temporary ' if is_temporary }}view {{ relation }}
    {%- if columns %}
        {{ get_persist_docs_column_list(columns, get_columns_in_query(sql)) }}
    {%- endif %}
    {%- if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    {{ snowflake__kept_properties(is_temporary) }}
    as (
        {{ sql }}
    );
{%- endmacro %}

{# The columns of a query with their comments, empty where they are not described. #}
{% macro get_persist_docs_column_list(model_columns, query_columns) %}
    {%- set described = {} -%}
    {%- for name, column in model_columns.items() -%}
        {%- do described.update({name | upper: column}) -%}
    {%- endfor -%}
    (
        {% for name in query_columns -%}
            {%- set column = described.get(name | upper) -%}
            {{ adapter.quote(name) }} COMMENT $${{ column['description'] | replace('$', '[$]') if column }}$$
            {{ ', ' if not loop.last }}
        {% endfor %}
    )
{% endmacro %}

{% macro snowflake__truncate_relation(relation) -%}
    {%- set statements -%}
        truncate table {{ relation }}
    {%- endset -%}
    {% call statement('truncate_relation') -%}
        {{ snowflake_dml_explicit_transaction(statements) }}
    {%- endcall %}
{%- endmacro %}

{# Statements that change rows, in a transaction of their own. #}
{% macro snowflake_dml_explicit_transaction(dml) -%}
    begin;
    {{ dml }};
    commit;
{%- endmacro %}

{% macro snowflake__rename_relation(from_relation, to_relation) -%}
    {% call statement('rename_relation') -%}
        alter table {{ from_relation }} rename to {{ to_relation }}
    {%- endcall %}
{%- endmacro %}

{% macro snowflake__get_rename_table_sql(relation, new_name) -%}
    alter table {{ relation }} rename to {{ new_name }}
{%- endmacro %}

{% macro snowflake__get_rename_view_sql(relation, new_name) -%}
    alter view {{ relation }} rename to {{ new_name }}
{%- endmacro %}

{% macro snowflake__get_replace_table_sql(relation, sql) -%}
    {{ snowflake__create_table_as(false, relation, sql) }}
{%- endmacro %}

{% macro snowflake__get_replace_view_sql(relation, sql) -%}
    {{ snowflake__create_view_as(relation, sql) }}
{%- endmacro %}

{# A backup has the database and schema of what it keeps. #}
{%- macro snowflake__get_create_backup_sql(relation) -%}
    {%- set backup = make_backup_relation(relation, relation.type) -%}
    {{ get_drop_sql(backup) }};
    {{ get_rename_sql(relation, backup.render()) }}
{%- endmacro -%}

{%- macro snowflake__get_rename_intermediate_sql(relation) -%}
    {{ get_rename_sql(make_intermediate_relation(relation), relation.render()) }}
{%- endmacro -%}

{# Dynamic tables are the materialized views here. #}
{% macro snowflake__drop_materialized_view(relation) -%}
    drop dynamic table if exists {{ relation }}
{%- endmacro %}

{# Grants are kept when a model says so. #}
{% macro snowflake__copy_grants() %}
    {{ return(config.get('copy_grants', false)) }}
{% endmacro %}

{# Runs something under the query tag of a model; the old one is returned, to be set again. #}
{% macro set_query_tag() -%}
    {{ return(adapter.dispatch('set_query_tag', 'dbt')()) }}
{%- endmacro %}

{% macro snowflake__set_query_tag() -%}
    {%- set query_tag = config.get('query_tag') -%}
    {%- if query_tag -%}
        {%- set original = get_current_query_tag() -%}
        {%- do run_query("alter session set query_tag = '" ~ query_tag ~ "'") -%}
        {{ return(original) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# The session's query tag. #}
{% macro get_current_query_tag() -%}
    {{ return(run_query("show parameters like 'query_tag' in session").rows[0]['value']) }}
{%- endmacro %}

{# Sets the query tag that was there before. #}
{% macro unset_query_tag(original_query_tag) -%}
    {{ return(adapter.dispatch('unset_query_tag', 'dbt')(original_query_tag)) }}
{%- endmacro %}

{% macro snowflake__unset_query_tag(original_query_tag) -%}
    {%- if config.get('query_tag') -%}
        {%- if original_query_tag -%}
            {%- do run_query("alter session set query_tag = '" ~ original_query_tag ~ "'") -%}
        {%- else -%}
            {%- do run_query('alter session unset query_tag') -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
