{# Snowflake's materializations: a relation is replaced in one statement, under the model's query tag. #}

{% materialization table, adapter='snowflake' %}
    {%- set original_query_tag = set_query_tag() -%}
    {%- set existing = adapter.get_relation(database=database, schema=schema, identifier=model['alias']) -%}
    {%- set target = api.Relation.create(identifier=model['alias'], schema=schema, database=database, type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and not existing.is_table -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {% call statement('main', language=model['language']) -%}
        {{ create_table_as(false, target, compiled_code, model['language']) }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=true)) -%}
    {%- do persist_docs(target, model) -%}
    {%- do unset_query_tag(original_query_tag) -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view, adapter='snowflake' %}
    {%- set original_query_tag = set_query_tag() -%}
    {%- set answer = create_or_replace_view() -%}
    {%- set target = this.incorporate(type='view') -%}
    {# The comments of columns stand in the statement that made the view. #}
    {%- do persist_docs(target, model, for_columns=false) -%}
    {%- do unset_query_tag(original_query_tag) -%}
    {{ return(answer) }}
{% endmaterialization %}

{% materialization incremental, adapter='snowflake' %}
    {%- set original_query_tag = set_query_tag() -%}
    {%- set existing = load_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set full_refresh = should_full_refresh() -%}
    {%- set key, strategy = config.get('unique_key'), config.get('incremental_strategy') or 'default' -%}
    {%- set kept_as = dbt_snowflake_get_tmp_relation_type(strategy, key, model['language']) -%}
    {%- set temporary = make_temp_relation(this).incorporate(type='view' if kept_as == 'view' else 'table') -%}
    {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}

    {{ run_hooks(pre_hooks) }}
    {%- if existing is none or existing.is_view or full_refresh -%}
        {%- if existing is not none and existing.is_view -%}
            {{ log('the view ' ~ target.render() ~ ' makes room for a table') }}
            {%- do adapter.drop_relation(existing) -%}
        {%- endif -%}
        {% call statement('main', language=model['language']) -%}
            {{ create_table_as(false, target, compiled_code, model['language']) }}
        {%- endcall %}
    {%- else -%}
        {% call statement('create_tmp_relation', language=model['language']) -%}
            {% if kept_as == 'view' -%}
                {{ snowflake__create_view_as_with_temp_flag(temporary, compiled_code, true) }}
            {%- else -%}
                {{ create_table_as(true, temporary, compiled_code, model['language']) }}
            {%- endif %}
        {%- endcall %}
        {%- do adapter.expand_target_column_types(from_relation=temporary, to_relation=target) -%}
        {%- set dest_columns = process_schema_changes(on_schema_change, temporary, existing)
            or adapter.get_columns_in_relation(existing) -%}
        {%- set predicates = config.get('predicates', none) or config.get('incremental_predicates', none) -%}
        {%- set strategy_macro = adapter.get_incremental_strategy_macro(context, strategy) -%}
        {%- set arguments = {
            'target_relation': target, 'temp_relation': temporary, 'unique_key': key,
            'dest_columns': dest_columns, 'incremental_predicates': predicates} -%}
        {% call statement('main') -%}
            {{ strategy_macro(arguments) }}
        {%- endcall %}
    {%- endif -%}
    {# It may be left from a run that was cut short. #}
    {%- do drop_relation_if_exists(temporary) -%}
    {{ run_hooks(post_hooks) }}
    {%- set target = target.incorporate(type='table') -%}
    {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing.is_table if existing else none, full_refresh_mode=full_refresh)) -%}
    {%- do persist_docs(target, model) -%}
    {%- do unset_query_tag(original_query_tag) -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
