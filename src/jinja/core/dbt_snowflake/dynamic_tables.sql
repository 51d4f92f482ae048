{# Dynamic tables: Snowflake keeps their rows up to date. What is there is left alone, altered or replaced, as what the
   model says of it differs from what the database says. #}

{% materialization dynamic_table, adapter='snowflake' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type=this.DynamicTable) -%}
    {%- set is_dynamic = existing is not none and existing.is_dynamic_table -%}
    {{ run_hooks(pre_hooks) }}
    {%- set done = _snowflake_settle_dynamic_table(target)
        if is_dynamic and not should_full_refresh() else _snowflake_make_dynamic_table(existing, target, []) -%}
    {{ run_hooks(post_hooks) }}
    {%- do apply_grants(target, config.get('grants'), should_revoke=should_revoke(existing if is_dynamic else none, full_refresh_mode=done == 'made')) -%}
    {%- if done != 'left' -%}
        {%- do persist_docs(target, model, for_relation=done != 'made', for_columns=done != 'made' or not _snowflake_lists_columns()) -%}
    {%- endif -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Compares a dynamic table with what the model says of it, and does what `on_configuration_change` says about what
   differs. Returns whether it was `left` as it is, `altered` or `made` anew. #}
{% macro _snowflake_settle_dynamic_table(target) %}
    {%- set changes = _snowflake_dynamic_table_changes(target) -%}
    {%- set names = changes.anew + changes.settings.keys() | list -%}
    {%- set on_change = config.get('on_configuration_change') or 'apply' -%}
    {%- if not names -%}
        {%- do store_raw_result('main', message='UNCHANGED', code='UNCHANGED') -%}
        {{ return('left') }}
    {%- elif on_change == 'continue' -%}
        {%- do exceptions.warn('the ' ~ names | join(', ') ~ ' of ' ~ target ~ ' differs, and is left as it is (`on_configuration_change: continue`)') -%}
        {%- do store_raw_result('main', message='LEFT ' ~ names | join(', '), code='LEFT') -%}
        {{ return('left') }}
    {%- elif on_change != 'apply' -%}
        {%- do exceptions.raise_fail_fast_error('the ' ~ names | join(', ') ~ ' of ' ~ target ~ ' differs (`on_configuration_change: fail`)') -%}
    {%- elif changes.anew -%}
        {{ return(_snowflake_make_dynamic_table(target, target, names)) }}
    {%- endif -%}
    {% call statement('main') -%}
        {{ _snowflake_alter_dynamic_table_sql(target, changes.settings) }}
    {%- endcall %}
    {%- do _snowflake_told('ALTERED', names) -%}
    {{ return('altered') }}
{% endmacro %}

{# Creates a dynamic table, or replaces what has its name; returns `made`. #}
{% macro _snowflake_make_dynamic_table(existing, target, names) %}
    {%- set in_the_way = existing is not none and existing.type != target.type -%}
    {%- set made = make_intermediate_relation(target) if in_the_way else target -%}
    {% call statement('main') -%}
        {{ snowflake__get_create_dynamic_table_as_sql(made, compiled_code) }}
    {%- endcall %}
    {%- if in_the_way -%}
        {%- do _snowflake_take_the_place(existing, made, target) -%}
    {%- endif -%}
    {%- do _snowflake_told('CREATED' if existing is none else 'REPLACED', names or ([] if existing is none else [existing.type | replace('_', ' ')])) -%}
    {{ return('made') }}
{% endmacro %}

{# Says what became of a dynamic table in the place of `SUCCESS 1`. #}
{% macro _snowflake_told(word, names) %}
    {%- set response = load_result('main').response -%}
    {%- set message = [word, names | join(', ')] | select | join(' ') -%}
    {%- do store_result('main', response={'_message': message, 'code': word, 'rows_affected': none, 'query_id': response.query_id}) -%}
{% endmacro %}

{# What differs: settings that can be altered, with what they are to be, and what has to be made anew. #}
{% macro _snowflake_dynamic_table_changes(target) %}
    {%- set name = target.identifier if target.quote_policy.identifier else target.identifier | upper -%}
    {%- set listed = run_query('show dynamic tables like ' ~ _snowflake_text(name) ~ ' in schema ' ~ target.without_identifier()) -%}
    {%- set found = listed.rows | selectattr('name', 'equalto', name) | first -%}
    {%- set settings, anew = {}, [] -%}
    {%- if found -%}
        {%- set wanted = _snowflake_dynamic_table_settings() -%}
        {%- if _snowflake_lag(found['target_lag']) != _snowflake_lag(wanted.target_lag) -%}
            {%- do settings.update({'target_lag': wanted.target_lag}) -%}
        {%- endif -%}
        {%- if found['warehouse'] | upper != wanted.warehouse | upper -%}
            {%- do settings.update({'snowflake_warehouse': wanted.warehouse}) -%}
        {%- endif -%}
        {%- set clustered = (found['cluster_by'] or '') | replace('LINEAR', '') | replace('(', '') | replace(')', '') -%}
        {%- if clustered.lower().split() | join != (wanted.cluster_by or '').lower() | replace('(', '') | replace(')', '') | replace(' ', '') -%}
            {%- do settings.update({'cluster_by': wanted.cluster_by}) -%}
        {%- endif -%}
        {# What `auto` becomes is Snowflake's own choice. #}
        {%- if wanted.refresh_mode not in ['AUTO', found['refresh_mode'] | upper] -%}
            {%- do anew.append('refresh_mode') -%}
        {%- endif -%}
        {%- set text = found['text'].split() | join(' ') -%}
        {%- if ('as ( ' ~ compiled_code.split() | join(' ') ~ ' )') not in text -%}
            {%- do anew.append('query') -%}
        {%- endif -%}
        {%- if ('transient dynamic table' in text[:60] | lower) != wanted.transient -%}
            {%- do anew.append('transient') -%}
        {%- endif -%}
    {%- else -%}
        {%- do anew.append('dynamic table') -%}
    {%- endif -%}
    {{ return({'settings': settings, 'anew': anew}) }}
{% endmacro %}

{# What the model says of its dynamic table; stops when it does not say enough. #}
{% macro _snowflake_dynamic_table_settings() %}
    {%- for key in ['target_lag', 'snowflake_warehouse'] if not config.get(key) -%}
        {%- do exceptions.raise_compiler_error('a dynamic table needs the config `' ~ key ~ '`') -%}
    {%- endfor -%}
    {%- set refresh_mode = (config.get('refresh_mode') or 'auto') | upper -%}
    {%- set initialize = (config.get('initialize') or 'on_create') | upper -%}
    {%- if refresh_mode not in ['AUTO', 'FULL', 'INCREMENTAL'] -%}
        {%- do exceptions.raise_compiler_error('`refresh_mode` is auto, full or incremental, not ' ~ refresh_mode | lower) -%}
    {%- elif initialize not in ['ON_CREATE', 'ON_SCHEDULE'] -%}
        {%- do exceptions.raise_compiler_error('`initialize` is on_create or on_schedule, not ' ~ initialize | lower) -%}
    {%- endif -%}
    {{ return({
        'target_lag': config.get('target_lag'), 'warehouse': config.get('snowflake_warehouse'), 'refresh_mode': refresh_mode,
        'initialize': initialize, 'cluster_by': _snowflake_cluster_keys(), 'transient': config.get('transient', default=false)}) }}
{% endmacro %}

{# A lag in seconds, as there are several ways to write one; `downstream` as it is. #}
{% macro _snowflake_lag(lag) %}
    {%- set words = lag.lower().split() -%}
    {%- set seconds = {'second': 1, 'minute': 60, 'hour': 3600, 'day': 86400}.get(words[-1].rstrip('s')) -%}
    {{ return(words[0] | int * seconds if seconds else lag | lower) }}
{% endmacro %}

{# A lag as statements have it. #}
{% macro _snowflake_lag_sql(lag) -%}
    {{ 'downstream' if lag | lower == 'downstream' else _snowflake_text(lag) }}
{%- endmacro %}

{# The statement that creates or replaces a dynamic table. #}
{% macro snowflake__get_create_dynamic_table_as_sql(relation, sql) -%}
    {%- set wanted = _snowflake_dynamic_table_settings() -%}
    {%- set columns = _snowflake_column_list(false, sql) -%}
    {{ config.get('sql_header', none) or '' }}
    create or replace {{ 'transient ' if wanted.transient }}dynamic table {{ relation }}
    {{- _snowflake_parts([
        columns,
        'target_lag = ' ~ _snowflake_lag_sql(wanted.target_lag),
        'warehouse = ' ~ wanted.warehouse,
        'refresh_mode = ' ~ wanted.refresh_mode,
        'initialize = ' ~ wanted.initialize,
        'cluster by (' ~ wanted.cluster_by ~ ')' if wanted.cluster_by else none,
        _snowflake_properties()]) }}
    as (
        {{ sql }}
    );
{%- endmacro %}

{# The statements that alter the settings of a dynamic table. #}
{% macro _snowflake_alter_dynamic_table_sql(relation, settings) -%}
    {%- if 'cluster_by' in settings -%}
    alter dynamic table {{ relation }} {{ 'cluster by (' ~ settings.cluster_by ~ ')' if settings.cluster_by else 'drop clustering key' }};
    {%- endif -%}
    {%- if 'target_lag' in settings or 'snowflake_warehouse' in settings %}
    alter dynamic table {{ relation }} set
        {{ 'target_lag = ' ~ _snowflake_lag_sql(settings.target_lag) if settings.target_lag }}
        {{ 'warehouse = ' ~ settings.snowflake_warehouse if settings.snowflake_warehouse }};
    {%- endif -%}
{%- endmacro %}
